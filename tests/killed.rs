//! The real program is ended by SIGKILL at random moments while moderators and members use it. After
//! each start, nothing is half done, and what was confirmed is kept.
//!
//! `CASECLERK_KILLS` says how often; `CASECLERK_SEED` repeats a run that failed.

#![cfg(feature = "discord")]

#[path = "support/discord_json.rs"]
mod discord_json;
#[path = "support/mock_discord.rs"]
mod mock_discord;
#[path = "support/shared_index.rs"]
mod shared_index;
mod tiny;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use caseclerk::knowledge::{Amendment, Change, EntryId, Scope};
use caseclerk::store::{KeptQuestion, Store, Vote, Votes, WhyKept};
use jiff::Timestamp;
use jiff::civil::date;
use mock_discord::{BOT, GUILD, MockDiscord};
use serde_json::{Value, json};
use sqlx::AnyPool;
use tiny::Tiny;
use tokio::time::sleep;

/// How often the program is killed if nobody says otherwise.
const KILLS: u64 = 5;

/// How many messages with an answer there are at most: correcting one takes a second.
const MAX_MESSAGES: usize = 3;

const MANAGE_GUILD: u64 = 1 << 5;

/// The answers, each with a question and with words that it says.
const ANSWERS: [(&str, &str, &str); 2] = [
    ("status/is-it-over", "has the lamp suit ended", "Is the case over?"),
    ("money/will-i-be-paid", "is there a payout", "Will I be paid?"),
];

/// The answer whose file is edited, and which the messages show.
const FILE: &str = "answers/status/is-it-over.md";

const PROTECTED: &str =
    "[[questions]]\nq = \"has the lamp suit ended\"\ntopics = [\"status\"]\nstyle = \"plain\"\n";

/// Pseudo-random numbers that a seed repeats.
struct Random {
    seed: u64,
    drawn: u64,
}

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.drawn += 1;
        let hash = blake3::hash(format!("{} {}", self.seed, self.drawn).as_bytes());
        let first = hash.as_bytes().first_chunk().expect("a hash has 32 bytes");
        u64::from_le_bytes(*first) % bound
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        (!all.is_empty()).then(|| all[self.below(all.len() as u64) as usize].clone())
    }

    async fn pause(&mut self, milliseconds: u64) {
        sleep(Duration::from_millis(self.below(milliseconds))).await;
    }
}

/// Something that the desk was asked to do.
#[derive(Debug, Clone, PartialEq)]
enum Asked {
    Vote {
        entry: &'static str,
        member: u64,
        vote: Vote,
    },
    /// All of it or nothing.
    Changes(Vec<Change>),
    Undo(i64),
    /// Corrects all messages, by a moderator who asks for nothing else.
    Correct {
        by: u64,
    },
}

impl Asked {
    /// How the confirmation begins. Any other answer is a refusal.
    fn confirmations(&self) -> &'static [&'static str] {
        match self {
            Self::Vote { .. } => &["Thank you"],
            Self::Changes(_) => &["**Learnt", "**Taken away", "**Held back"],
            Self::Undo(_) => &["**Released", "**Change"],
            Self::Correct { .. } => &["**Correcting messages: "],
        }
    }
}

#[derive(Debug, Clone)]
struct Attempt {
    asked: Asked,
    token: String,
}

/// Where the store is.
struct Database {
    address: String,
    is_sqlite: bool,
}

impl Database {
    fn sqlite(tiny: &Tiny) -> Self {
        let address = tiny.root().join("store/desk.db").display().to_string();
        Self { address, is_sqlite: true }
    }

    #[cfg(feature = "postgres-tests")]
    async fn postgres() -> Self {
        use sqlx::Executor;
        let server = std::env::var("CASECLERK_TEST_POSTGRES").expect("the address of a Postgres");
        sqlx::any::install_default_drivers();
        let pool = AnyPool::connect(&format!("{server}/postgres")).await.expect("a connection");
        pool.execute("CREATE DATABASE killed").await.expect("a database");
        Self { address: format!("{server}/killed"), is_sqlite: false }
    }

    fn store(&self) -> Store {
        Store::open(&self.address).expect("an address")
    }

    /// A connection for what [`Store`] does not tell.
    async fn connect(&self) -> AnyPool {
        sqlx::any::install_default_drivers();
        let url = match self.is_sqlite {
            true => format!("sqlite:{}", self.address),
            false => self.address.clone(),
        };
        AnyPool::connect(&url).await.expect("the store can be opened")
    }
}

struct Trial {
    random: Random,
    discord: MockDiscord,
    tiny: Tiny,
    database: Database,
    /// How often the file of the answer was edited, and which edit each revision has.
    edits: u64,
    revisions: BTreeMap<String, u64>,
    used: u64,
    attempts: Vec<Attempt>,
    confirmed: Vec<(Asked, String)>,
    /// What each member's vote on an answer may be.
    votes: BTreeMap<(&'static str, u64), BTreeSet<&'static str>>,
    /// Every message that was in the store at some time.
    remembered: BTreeSet<u64>,
}

fn name_of(vote: Vote) -> &'static str {
    match vote {
        Vote::Helpful => "helpful",
        Vote::NotRight => "not-right",
    }
}

/// Two words that nobody has used and that no two numbers have in common.
fn new_words(number: u64) -> [String; 2] {
    let hash = blake3::hash(&number.to_le_bytes());
    let letter = |(place, byte): (usize, &u8)| {
        let letters: &[u8] = if place % 2 == 0 { b"bdfgklmnprtvz" } else { b"aeiou" };
        char::from(letters[usize::from(*byte) % letters.len()])
    };
    let word = |bytes: &[u8]| bytes.iter().enumerate().map(letter).collect();
    [word(&hash.as_bytes()[..10]), word(&hash.as_bytes()[10..20])]
}

fn phrasing(entry: &str, words: &str) -> Change {
    Change::Phrasing { entry: EntryId::new(entry), words: words.to_owned() }
}

fn text(shown: &Value) -> &str {
    shown["content"].as_str().unwrap_or_default()
}

impl Trial {
    async fn new(tiny: Tiny, database: Database) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is later");
        let seed = number("CASECLERK_SEED").unwrap_or(now.as_nanos() as u64);
        println!("CASECLERK_SEED={seed}");
        let questions = tiny.root().join("questions");
        std::fs::create_dir(&questions).expect("a folder");
        std::fs::write(questions.join("own.toml"), PROTECTED).expect("a file");
        let discord = MockDiscord::start().await;
        discord.tells_messages_apart();
        let mut trial = Self {
            random: Random { seed, drawn: 0 },
            discord,
            tiny,
            database,
            edits: 0,
            revisions: BTreeMap::new(),
            used: 0,
            attempts: Vec::new(),
            confirmed: Vec::new(),
            votes: BTreeMap::new(),
            remembered: BTreeSet::new(),
        };
        trial.edit();
        trial
    }

    fn run(&mut self) {
        let questions = self.tiny.root().join("questions").display().to_string();
        let environment = [
            ("CASECLERK_STORE_ADDRESS", self.database.address.as_str()),
            ("CASECLERK_KNOWLEDGE_QUESTIONS", &questions),
            // Whatever else is logged is a fault.
            ("CASECLERK_KNOWLEDGE_STATUS_STALE_AFTER_DAYS", "36500"),
            ("CASECLERK_DISCORD_MEMBER_QUESTIONS", "0"),
            ("CASECLERK_DISCORD_CHANNEL_REPLIES", "0"),
        ];
        self.discord.run_bot_over(&self.tiny.faq(), &self.tiny.index(), &environment);
    }

    async fn start(&mut self) {
        let sessions = self.discord.count("identify");
        self.run();
        self.discord.happened("identify", sessions + 1).await;
    }

    /// One life of the program.
    async fn round(&mut self) {
        self.let_claims_expire().await;
        self.keep_a_group().await;
        if self.random.below(6) == 0 {
            self.run();
            self.random.pause(600).await;
        } else {
            self.start().await;
            self.serves_what_is_stored().await;
            let mut reloads = false;
            for _ in 0..3 + self.random.below(5) {
                self.act(&mut reloads).await;
                self.random.pause(80).await;
            }
            self.random.pause(400).await;
        }
        let log = self.discord.kill().await.log;
        has_no_warnings(&log);
        self.check().await;
    }

    /// A killed process cannot give back the message that it corrected. Others take it after two
    /// minutes, and the test pretends that they are over.
    async fn let_claims_expire(&self) {
        let pool = self.database.connect().await;
        let statement = "UPDATE posts SET claimed_at = 1 WHERE claimed_at > 0";
        sqlx::query(statement).execute(&pool).await.expect("the table exists");
        pool.close().await;
    }

    /// Keeps two wordings of a question that was not answered, if none are left.
    async fn keep_a_group(&mut self) {
        let store = self.database.store();
        let kept = store.kept_questions(1000).await.expect("the store works");
        if kept.iter().any(|question| question.why == WhyKept::Unanswered) {
            return;
        }
        self.used += 1;
        let [first, second] = new_words(self.used);
        for words in [format!("{first} {second}"), format!("{second} {first}")] {
            let (why, entry, note) = (WhyKept::Unanswered, None, None);
            let question =
                KeptQuestion { id: 0, words, why, entry, note, asked_at: Timestamp::now() };
            store.keep(&question).await.expect("the store works");
        }
    }

    /// Sends an interaction, and returns its id and its token.
    fn send(
        &mut self,
        (user, permissions): (u64, u64),
        kind: u8,
        data: &Value,
        below: &str,
    ) -> (u64, String) {
        self.used += 1;
        let id = 1_000_000 + self.used;
        let token = format!("token-{id}-");
        let mut event = discord_json::interaction(id, kind, Some(GUILD), (user, permissions), data);
        event["token"] = json!(token);
        event["message"] = discord_json::message(6, BOT, None, below);
        self.discord.event("INTERACTION_CREATE", event);
        (id, token)
    }

    fn press(&mut self, who: (u64, u64), button: &str, below: &str) -> String {
        let data = json!({"custom_id": button, "component_type": 2, "values": null});
        self.send(who, 3, &data, below).1
    }

    fn command(&mut self, name: &str, options: &Value) -> String {
        let data = discord_json::command_data(&format!("faq {name}"), options, "");
        self.send((7, MANAGE_GUILD), 2, &data, "").1
    }

    fn attempt(&mut self, asked: Asked, token: String) {
        self.attempts.push(Attempt { asked, token });
    }

    /// Does one of the things that people do, without waiting for the bot.
    async fn act(&mut self, reloads: &mut bool) {
        let (entry, ..) = self.random.one_of(&ANSWERS).expect("there are some");
        match self.random.below(11) {
            0 | 1 => {
                self.used += 1;
                let member = self.used;
                self.vote(entry, member);
            }
            2 => {
                let voted: Vec<(&str, u64)> = self.votes.keys().copied().collect();
                if let Some((entry, member)) = self.random.one_of(&voted) {
                    self.vote(entry, member);
                }
            }
            3 => self.teach_words(entry),
            4 => self.teach_group(entry).await,
            5 => self.hold(entry),
            6 => self.undo("release", |change| matches!(change, Change::Hold { .. })).await,
            7 => self.undo("undo", |change| matches!(change, Change::Phrasing { .. })).await,
            8 if !*reloads => {
                *reloads = true;
                self.edit();
                self.command("reload", &json!({}));
            }
            9 if self.remembered.len() < MAX_MESSAGES => self.post(),
            _ => self.correct(),
        }
    }

    /// Votes in a random way; a vote that was not confirmed is sent again.
    fn vote(&mut self, entry: &'static str, member: u64) {
        let open = self.attempts.iter().find_map(|attempt| match attempt.asked {
            Asked::Vote { entry: of, member: by, vote } if (of, by) == (entry, member) => {
                Some(vote)
            }
            _ => None,
        });
        let any = [Vote::Helpful, Vote::NotRight][self.random.below(2) as usize];
        let vote = open.unwrap_or(any);
        let button = format!("{}:{entry}", name_of(vote));
        let token = match vote {
            Vote::Helpful => self.press((member, 0), &button, ""),
            Vote::NotRight => {
                let field = json!({"type": 4, "custom_id": "words", "value": "it is old"});
                let row = json!({"type": 1, "components": [field]});
                let form = json!({"custom_id": button, "components": [row]});
                self.send((member, 0), 5, &form, "").1
            }
        };
        let before = self.votes.entry((entry, member)).or_insert_with(|| BTreeSet::from(["none"]));
        before.insert(name_of(vote));
        self.attempt(Asked::Vote { entry, member, vote }, token);
    }

    fn teach_words(&mut self, entry: &'static str) {
        let words = new_words(self.used + 1).join(" ");
        let button = format!("teach-words:{entry}");
        let token = self.press((7, MANAGE_GUILD), &button, &format!("> {words}"));
        self.attempt(Asked::Changes(vec![phrasing(entry, &words)]), token);
    }

    /// Teaches the group that was kept last.
    async fn teach_group(&mut self, entry: &'static str) {
        let kept = self.database.store().kept_questions(1000).await.expect("the store works");
        let of_group = |question: &&KeptQuestion| question.why == WhyKept::Unanswered;
        let Some(last) = kept.iter().find(of_group) else { return };
        let (first, second) = last.words.split_once(' ').expect("two words");
        let words = [format!("{first} {second}"), format!("{second} {first}")];
        let token = self.press((7, MANAGE_GUILD), &format!("teach:{}:{entry}", last.id), "");
        let changes = words.iter().map(|words| phrasing(entry, words)).collect();
        self.attempt(Asked::Changes(changes), token);
    }

    fn hold(&mut self, entry: &'static str) {
        let reason = new_words(self.used + 1).join(" ");
        let token = self.command("hold", &json!({"entry": entry, "reason": reason}));
        let scope = Scope::Entry(EntryId::new(entry));
        self.attempt(Asked::Changes(vec![Change::Hold { scope, reason, until: None }]), token);
    }

    async fn undo(&mut self, button: &str, is_meant: impl Fn(&Change) -> bool) {
        let in_force = self.database.store().amendments().await.expect("the store works");
        let ids: Vec<i64> =
            in_force.iter().filter(|made| is_meant(&made.change)).map(|made| made.id).collect();
        if let Some(id) = self.random.one_of(&ids) {
            let token = self.press((7, MANAGE_GUILD), &format!("{button}:{id}"), "");
            self.attempt(Asked::Undo(id), token);
        }
    }

    fn post(&mut self) {
        let mention = self.discord.mention(ANSWERS[0].1);
        self.discord.event("MESSAGE_CREATE", mention);
    }

    fn correct(&mut self) {
        self.used += 1;
        let by = self.used;
        let token = self.press((by, MANAGE_GUILD), "correct", "");
        self.attempt(Asked::Correct { by }, token);
    }

    /// Edits the answer that the messages show.
    fn edit(&mut self) {
        let old = self.note();
        self.edits += 1;
        let new = format!(" 2024. Note {}.", self.edits);
        self.tiny.edit(FILE, if self.edits == 1 { " 2024." } else { &old }, &new);
        let knowledge = self.tiny.knowledge();
        let entry = knowledge.library.entry(ANSWERS[0].0).expect("it is an answer");
        self.revisions.insert(entry.revision(), self.edits);
    }

    fn note(&self) -> String {
        format!(" 2024. Note {}.", self.edits)
    }

    /// After a start, what moderators changed is in force.
    async fn serves_what_is_stored(&mut self) {
        let amendments = self.database.store().amendments().await.expect("the store works");
        let is_held = |entry: &str| {
            amendments.iter().any(|made| match &made.change {
                Change::Hold { scope: Scope::Entry(held), .. } => held.as_str() == entry,
                _ => false,
            })
        };
        let mut questions: Vec<(&str, String)> =
            ANSWERS.iter().map(|(entry, question, _)| (*entry, (*question).to_owned())).collect();
        let taught: Vec<(&str, String)> = amendments.iter().filter_map(taught).collect();
        questions.extend(self.random.one_of(&taught));
        for (entry, question) in questions {
            let data = json!({"question": question, "private": true});
            let data = discord_json::command_data("ask", &data, "");
            let (id, token) = self.send((8, 0), 2, &data, "");
            let line = format!("POST /interactions/{id}/{token}/callback");
            let answer = self.discord.request(&line).await.to_string();
            assert_eq!(answer.contains("under review since"), is_held(entry), "{entry}: {answer}");
            let (.., title) = ANSWERS.iter().find(|(id, ..)| *id == entry).expect("an answer");
            assert!(is_held(entry) || answer.contains(title), "{question}: {answer}");
        }
    }

    /// Everything that must hold while the program does not run.
    async fn check(&mut self) {
        self.read_confirmations();
        self.every_table_can_be_read().await;
        self.changes_are_whole().await;
        self.votes_are_counted().await;
        self.messages_show_what_the_store_says().await;
    }

    /// Sorts out what was confirmed by now, and what was refused.
    fn read_confirmations(&mut self) {
        for Attempt { asked, token } in std::mem::take(&mut self.attempts) {
            let line = format!("PATCH /webhooks/901/{token}/messages/@original");
            let Some(shown) = self.discord.look(&line) else {
                self.attempts.push(Attempt { asked, token });
                continue;
            };
            let shown = text(&shown).to_owned();
            if asked.confirmations().iter().any(|start| shown.starts_with(start)) {
                if let Asked::Vote { entry, member, vote } = asked {
                    self.votes.insert((entry, member), BTreeSet::from([name_of(vote)]));
                }
                self.confirmed.push((asked, shown));
            } else {
                println!("{asked:?}: {shown}");
                assert!(!matches!(asked, Asked::Vote { .. }), "{shown}");
                assert!(!shown.contains("store does not work"), "{shown}");
            }
        }
    }

    async fn every_table_can_be_read(&self) {
        let store = self.database.store();
        store.kept_questions(u32::MAX >> 1).await.expect("the questions are whole");
        store.counts(date(2020, 1, 1), date(9999, 1, 1)).await.expect("the counts are whole");
        store.posted_versions().await.expect("the posts are whole");
        for correction in store.corrections(u32::MAX >> 1).await.expect("they are whole") {
            assert!(correction.messages > 0, "{correction:?}");
            store.progress(correction.id).await.expect("the states are known");
        }
        if self.database.is_sqlite {
            let pool = self.database.connect().await;
            let found: String =
                sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&pool).await.unwrap();
            assert_eq!(found, "ok");
            pool.close().await;
        }
    }

    /// A change of several wordings is stored as a whole or not at all, and taught questions are
    /// taken away with it. Confirmed changes are stored.
    async fn changes_are_whole(&self) {
        let store = self.database.store();
        let made =
            store.all_amendments(None, u32::MAX >> 1).await.expect("the amendments are whole");
        let kept = store.kept_questions(u32::MAX >> 1).await.expect("the questions are whole");
        let open = self.attempts.iter().map(|attempt| (&attempt.asked, false));
        let undone = |id: i64| made.iter().any(|made| made.id == id && made.undone.is_some());
        for (asked, is_confirmed) in
            open.chain(self.confirmed.iter().map(|(asked, _)| (asked, true)))
        {
            match asked {
                Asked::Changes(changes) => {
                    let times =
                        |change: &Change| made.iter().filter(|made| made.change == *change).count();
                    let times: Vec<usize> = changes.iter().map(times).collect();
                    let whole = if is_confirmed { 1..=1 } else { 0..=1 };
                    assert!(whole.contains(&times[0]), "{times:?} {asked:?}");
                    assert!(times.iter().all(|count| *count == times[0]), "{times:?} {asked:?}");
                }
                Asked::Undo(id) => assert!(!is_confirmed || undone(*id), "{asked:?}"),
                Asked::Vote { .. } | Asked::Correct { .. } => {}
            }
        }
        // What nobody tried to undo is in force.
        let tried = |id| {
            let asked = self.attempts.iter().map(|attempt| &attempt.asked);
            asked
                .chain(self.confirmed.iter().map(|(asked, _)| asked))
                .any(|it| *it == Asked::Undo(id))
        };
        for made in &made {
            assert!(made.undone.is_none() || tried(made.id), "{made:?}");
            let Some((_, words)) = taught(made) else { continue };
            let left = kept.iter().find(|kept| kept.words == words);
            assert!(left.is_none(), "{words} was taught, and is still kept");
        }
    }

    async fn votes_are_counted(&self) {
        let counted = self.database.store().votes_since(date(2020, 1, 1)).await.expect("votes");
        for (entry, ..) in ANSWERS {
            let Votes { helpful, not_right } =
                counted.get(&EntryId::new(entry)).copied().unwrap_or_default();
            for (vote, count) in [("helpful", helpful), ("not-right", not_right)] {
                let of_entry = self.votes.iter().filter(|((of, _), _)| *of == entry);
                let may: Vec<&BTreeSet<&str>> =
                    of_entry.map(|(_, may)| may).filter(|may| may.contains(vote)).collect();
                let certain = may.iter().filter(|may| may.len() == 1).count() as u64;
                let range = certain..=may.len() as u64;
                assert!(range.contains(&count), "{count} {vote} votes on {entry}: {range:?}");
            }
        }
    }

    /// A message that is not to be corrected shows what the store says, with one line about its
    /// correction at most. No message is lost, and a confirmed correction is stored.
    async fn messages_show_what_the_store_says(&mut self) {
        let pool = self.database.connect().await;
        let posts: Vec<(String, String, String)> =
            sqlx::query_as("SELECT message, revision, state FROM posts")
                .fetch_all(&pool)
                .await
                .unwrap();
        pool.close().await;
        let mut present = BTreeSet::new();
        for (message, revision, state) in posts {
            let message: u64 = message.parse().expect("an id");
            present.insert(message);
            let shown = self.discord.shown(message).expect("it was posted")["embeds"].to_string();
            let lines =
                shown.matches("Corrected on").count() + shown.matches("Withdrawn on").count();
            match state.as_str() {
                "posted" => assert_eq!(lines, 0, "{shown}"),
                "corrected" => assert_eq!(lines, 1, "{shown}"),
                "pending" => continue,
                state => panic!("{message} is {state}"),
            }
            let words = match self.revisions.get(&revision) {
                Some(edit) => format!("Note {edit}."),
                // An answer that was held back.
                None => "under review".to_owned(),
            };
            assert!(shown.contains(&words), "{message} is to show {words}: {shown}");
        }
        assert!(self.remembered.is_subset(&present), "{:?} {present:?}", self.remembered);
        self.remembered = present;
        let corrections = self.database.store().corrections(u32::MAX >> 1).await.expect("they are");
        for (asked, shown) in &self.confirmed {
            let Asked::Correct { by } = asked else { continue };
            let own = corrections.iter().filter(|correction| correction.made_by == by.to_string());
            let messages: u64 = own.map(|correction| correction.messages).sum();
            assert!(shown.starts_with(&format!("**Correcting messages: {messages}.")), "{shown}");
        }
    }

    async fn confirmation(&mut self, token: &str) {
        self.discord.request(&format!("PATCH /webhooks/901/{token}/messages/@original")).await;
    }

    /// Posts the messages that are corrected later.
    async fn post_some(&mut self) {
        self.start().await;
        while self.remembered.len() < MAX_MESSAGES - 1 {
            self.post();
            self.discord.request("POST /channels/10/messages").await;
            let posted = self.database.store().posted_versions().await.expect("the store works");
            let posted: u64 = posted.iter().map(|version| version.messages).sum();
            self.remembered =
                (0..posted).map(|number| mock_discord::FIRST_MESSAGE + number).collect();
        }
        self.discord.terminate();
        has_no_warnings(&self.discord.ended().await.log);
        self.check().await;
    }

    /// In the end, members are asked to vote again if they saw no confirmation, nothing is held back,
    /// and every message shows the present answer.
    async fn finish(&mut self) {
        self.let_claims_expire().await;
        self.start().await;
        let unsure: Vec<(&str, u64)> =
            self.votes.iter().filter(|(_, may)| may.len() > 1).map(|(key, _)| *key).collect();
        for (entry, member) in unsure {
            self.vote(entry, member);
            let Attempt { token, .. } = self.attempts.last().expect("the vote").clone();
            self.discord.arrived(&format!("PATCH /webhooks/901/{token}/")).await;
            self.read_confirmations();
        }
        for made in self.database.store().amendments().await.expect("the store works") {
            if matches!(made.change, Change::Hold { .. }) {
                let token = self.press((7, MANAGE_GUILD), &format!("release:{}", made.id), "");
                self.attempt(Asked::Undo(made.id), token.clone());
                self.discord.arrived(&format!("PATCH /webhooks/901/{token}/")).await;
            }
        }
        self.edit();
        let token = self.command("reload", &json!({}));
        self.confirmation(&token).await;
        self.correct();
        while self.outdated().await > 0 {
            sleep(Duration::from_millis(100)).await;
        }
        self.discord.terminate();
        has_no_warnings(&self.discord.ended().await.log);
        self.check().await;
        for message in &self.remembered {
            let shown = self.discord.shown(*message).expect("it was posted")["embeds"].to_string();
            assert!(shown.contains(&format!("Note {}.", self.edits)), "{shown}");
        }
    }

    /// How many messages do not show the present answer, as far as the store knows.
    async fn outdated(&self) -> usize {
        let pool = self.database.connect().await;
        let posts: Vec<(String, String)> =
            sqlx::query_as("SELECT revision, state FROM posts").fetch_all(&pool).await.unwrap();
        pool.close().await;
        let is_present = |revision: &String| self.revisions.get(revision) == Some(&self.edits);
        posts.iter().filter(|(revision, state)| state == "pending" || !is_present(revision)).count()
    }
}

/// The answer and the words that somebody taught.
fn taught(made: &Amendment) -> Option<(&str, String)> {
    match &made.change {
        Change::Phrasing { entry, words } => Some((entry.as_str(), words.clone())),
        _ => None,
    }
}

/// Neither a damaged index nor a store that does not work.
fn has_no_warnings(log: &str) {
    let bad = log.lines().find(|line| line.contains("WARN") || line.contains("ERROR"));
    assert_eq!(bad, None, "{log}");
}

fn number(variable: &str) -> Option<u64> {
    Some(std::env::var(variable).ok()?.parse().expect("a number"))
}

async fn is_killed(tiny: Tiny, database: Database) {
    let mut trial = Trial::new(tiny, database).await;
    trial.post_some().await;
    for _ in 0..number("CASECLERK_KILLS").unwrap_or(KILLS) {
        trial.round().await;
    }
    trial.finish().await;
    let confirmed = trial.confirmed.len();
    println!("{confirmed} confirmed, {} not known", trial.attempts.len());
    assert!(confirmed > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_confirmed_outlives_sigkill() {
    let tiny = Tiny::new();
    let database = Database::sqlite(&tiny);
    is_killed(tiny, database).await;
}

#[cfg(feature = "postgres-tests")]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_confirmed_outlives_sigkill_on_postgres() {
    is_killed(Tiny::new(), Database::postgres().await).await;
}
