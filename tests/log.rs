//! What the log of the real program never holds: the token, the words of members, and who they are.
//! Each run uses every way in, with a store, and with requests that fail.

#![cfg(feature = "discord")]

#[path = "support/discord_json.rs"]
mod discord_json;
#[path = "support/mock_discord.rs"]
mod mock_discord;
#[path = "support/shared_index.rs"]
mod shared_index;
#[path = "support/web.rs"]
mod web;

use discord_json::{command_data, context_menu_data, message, user};
use mock_discord::{BOT, GUILD, MockDiscord, SILENCE};
use serde_json::{Value, json};
use web::Site;

/// Snowflakes as Discord makes them, so that no other number of a log contains them.
const MEMBER: u64 = 812_345_678_901_234_567;
const MODERATOR: u64 = 765_432_109_876_543_210;

/// A word that is in everything that members write, and words that the FAQ knows, too.
const MARK: &str = "zyzzyva";
const STATUS: &str = "zyzzyva has the lamp suit ended";
const KNOWN_WORDS: &str = "lamp suit";

/// The member's name, the token of each interaction, and the bot's token; the support files have them.
const OTHER_SECRETS: [&str; 3] = ["somebody", "secret-token", "test.token.only"];

const SEND_MESSAGES: u64 = 1 << 11;
const MANAGE_GUILD: u64 = 1 << 5;

/// A pass over the real program with this environment.
struct Run {
    site: Site,
    next: u64,
}

/// What an operator may set to see more, and what somebody may set who wants to see everything.
const FILTERS: [&[(&str, &str)]; 4] = [
    &[("RUST_LOG", "trace")],
    &[("CASECLERK_LOG_FILTER", "trace"), ("CASECLERK_LOG_FORMAT", "json")],
    &[(
        "RUST_LOG",
        "serenity=trace,h2=trace,reqwest=trace,tungstenite=trace,tokio_tungstenite=trace,\
         sqlx=trace,sqlx_core=trace,hyper=trace,hyper_util=trace,tantivy=trace,tokio=trace,\
         rustls=trace,native_tls=trace,log=trace,caseclerk=trace",
    )],
    &[(
        "CASECLERK_LOG_FILTER",
        "trace,serenity::http=trace,serenity::gateway=trace,sqlx::query=trace,\
         sqlx::explain=trace,axum::rejection=trace,tungstenite::protocol=trace,\
         reqwest::connect=trace,[{guild_id}]=trace,[{id}]=trace",
    )],
];

#[tokio::test(flavor = "multi_thread")]
async fn no_filter_shows_words_members_or_tokens() {
    for filter in FILTERS {
        let log = Run::with(filter).await;
        // The run was logged, and what failed in it.
        for expected in ["answered", "milliseconds", "not delivered", "trying again"] {
            assert!(log.contains(expected), "{filter:?}: no “{expected}” in:\n{log}");
        }
        let people = [MEMBER, MODERATOR].map(|id| id.to_string());
        let people = people.iter().map(String::as_str);
        for secret in people.chain([MARK, KNOWN_WORDS]).chain(OTHER_SECRETS) {
            let line = log.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{filter:?} shows “{secret}”");
        }
    }
}

impl Run {
    /// The log of a whole run.
    async fn with(filter: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("desk.db").display().to_string();
        let environment = [
            ("CASECLERK_STORE_ADDRESS", store.as_str()),
            ("CASECLERK_WEB_PUBLIC_URL", "https://faq.example.org"),
            ("CASECLERK_DISCORD_VISIBILITY", "public"),
            ("CASECLERK_DISCORD_HTTP_TIMEOUT_SECONDS", "1"),
            ("CASECLERK_PRIVACY_KEEP_DIRECT_MESSAGES", "true"),
            // A variable of somebody else, which is named in a warning without its value.
            ("CASECLERK_ZZZ_UNRELATED_THING", MARK),
        ];
        let site = Site::start(&[&environment, filter].concat()).await;
        let mut run = Self { site, next: u64::MAX / 4 };
        run.site.discord.happened("identify", 1).await;
        run.messages().await;
        run.interactions_at_the_gateway().await;
        run.what_fails().await;
        run.over_http().await;
        run.pages().await;
        run.site.discord.send(json!({"op": 7, "d": null}));
        run.site.discord.happened("resume", 1).await;
        run.site.discord.terminate();
        let ended = run.site.discord.ended().await;
        assert_eq!(ended.code, Some(0), "{}", ended.log);
        ended.log
    }

    /// Mentions, direct messages, edits, and what is only overheard.
    async fn messages(&mut self) {
        let mut asked = self.message(Some(GUILD), &format!("<@{BOT}> {STATUS}"));
        asked["mentions"] = json!([user(BOT)]);
        self.site.discord.event("MESSAGE_CREATE", asked.clone());
        self.site.discord.request("POST /channels/10/messages").await;
        asked["content"] = json!(format!("<@{BOT}> how do I boil a {MARK}"));
        self.site.discord.event("MESSAGE_UPDATE", asked.clone());
        self.site.discord.request("PATCH /channels/10/messages/4000").await;
        let id = json!({"id": asked["id"], "channel_id": "10", "guild_id": GUILD.to_string()});
        self.site.discord.event("MESSAGE_DELETE", id);
        self.site.discord.request("DELETE /channels/10/messages/4000").await;
        let direct = self.message(None, STATUS);
        self.site.discord.event("MESSAGE_CREATE", direct);
        self.site.discord.request("POST /channels/10/messages").await;
        let overheard = self.message(Some(GUILD), STATUS);
        self.site.discord.event("MESSAGE_CREATE", overheard);
        // Neither serenity nor the bot can read these.
        let mut odd = self.message(Some(GUILD), STATUS);
        odd["author"] = json!({"id": MEMBER.to_string(), "name": MARK});
        self.site.discord.event("MESSAGE_CREATE", odd.clone());
        self.site.discord.event("MESSAGE_UPDATE", odd);
        self.site.discord.event("PRESENCE_UPDATE", json!({"user": user(MEMBER), "game": MARK}));
    }

    /// Commands, typing ahead, buttons, menus, forms, and the moderators' desk.
    async fn interactions_at_the_gateway(&mut self) {
        for interaction in self.interactions() {
            self.site.discord.event("INTERACTION_CREATE", interaction);
            self.site.discord.request("POST /interactions/").await;
        }
        let mut odd = self.command(MEMBER, "ask", json!({"question": STATUS}));
        odd["type"] = json!(99);
        self.site.discord.event("INTERACTION_CREATE", odd);
        self.site.discord.request("POST /interactions/").await;
    }

    /// The same and nonsense over HTTP.
    async fn over_http(&mut self) {
        for interaction in self.interactions() {
            let (status, answer) = self.site.interaction(&interaction).await;
            assert_eq!(status, 200, "{answer}");
        }
        let forged = json!({"type": 2, "token": "secret-token", "data": STATUS}).to_string();
        assert_eq!(self.site.post(&"0".repeat(128), "1", forged).await.0, 401);
        let mut odd = self.command(MEMBER, "ask", json!({"question": STATUS}));
        odd["type"] = json!(99);
        assert_eq!(self.site.interaction(&odd).await.0, 200);
    }

    async fn pages(&self) {
        for page in ["/", "/search?q=zyzzyva+lamp+suit", "/answers/status/zyzzyva", "/metrics"] {
            self.site.page(page).await;
        }
    }

    /// Requests that Discord refuses, cannot answer, and leaves without an answer.
    async fn what_fails(&mut self) {
        let ask = |run: &mut Self| {
            let asked = run.command(MEMBER, "ask", json!({"question": STATUS}));
            run.site.discord.event("INTERACTION_CREATE", asked);
        };
        let body = json!({"code": 50035, "message": "Invalid Form Body", "errors": {"x": MARK}});
        for (status, refusals) in [(400, 1), (404, 2), (502, 3), (403, 4)] {
            self.site.discord.fail("POST /interactions/", status, body.clone());
            ask(self);
            self.site.discord.happened("refusal", refusals).await;
        }
        self.site.discord.fail("POST /interactions/", SILENCE, Value::Null);
        ask(self);
        self.site.discord.request("POST /interactions/").await;
        // The address of this request has the token of the interaction in it.
        let edits = "PATCH /webhooks/901/secret-token/messages/@original";
        for (status, refusals) in [(400, 5), (500, 6)] {
            self.site.discord.fail(edits, status, body.clone());
            let check = self.command(MODERATOR, "faq gaps", json!({}));
            self.site.discord.event("INTERACTION_CREATE", check);
            self.site.discord.happened("refusal", refusals).await;
        }
        let mut asked = self.message(Some(GUILD), &format!("<@{BOT}> {STATUS}"));
        asked["mentions"] = json!([user(BOT)]);
        self.site.discord.fail("POST /channels/10/messages", 403, body);
        self.site.discord.event("MESSAGE_CREATE", asked);
        self.site.discord.happened("refusal", 7).await;
    }

    /// One of each kind.
    fn interactions(&mut self) -> Vec<Value> {
        let typing = command_data("ask", &json!({"question": STATUS}), "question");
        let checked = message(5, MEMBER, Some(GUILD), STATUS);
        let checked = context_menu_data("Check against the FAQ", &checked);
        let button = |id: &str| json!({"custom_id": id, "component_type": 2});
        let menu = json!({
            "custom_id": format!("menu {MARK}"), "component_type": 3, "values": [STATUS],
        });
        let form = |id: &str| {
            let field = json!({"type": 4, "custom_id": "words", "value": STATUS});
            json!({"custom_id": id, "components": [{"type": 1, "components": [field]}]})
        };
        let held = json!({"entry": "status/is-it-over", "reason": MARK});
        vec![
            self.command(MEMBER, "ask", json!({"question": STATUS})),
            self.command(MEMBER, "ask", json!({"question": format!("boil a {MARK}")})),
            self.command(MEMBER, "quote", json!({"words": MARK})),
            self.interaction(MEMBER, 4, &typing),
            self.interaction(MEMBER, 2, &checked),
            self.interaction(MEMBER, 3, &button("evidence:status/is-it-over")),
            self.interaction(MEMBER, 3, &button("helpful:status/is-it-over")),
            self.interaction(MEMBER, 3, &button(&format!("nonsense:{MARK}"))),
            self.interaction(MEMBER, 3, &menu),
            self.interaction(MEMBER, 5, &form("not-right:status/is-it-over")),
            self.command(MEMBER, "faq show", json!({"question": STATUS})),
            self.command(MODERATOR, "faq show", json!({"question": STATUS})),
            self.command(MODERATOR, "faq gaps", json!({})),
            self.command(MODERATOR, "faq hold", held),
            self.interaction(MODERATOR, 5, &form("hold:money/court-fees")),
            self.command(MODERATOR, "faq audit", json!({})),
            self.command(MODERATOR, "faq reload", json!({})),
        ]
    }

    fn command(&mut self, who: u64, command: &str, options: Value) -> Value {
        self.interaction(who, 2, &command_data(command, &options, ""))
    }

    fn interaction(&mut self, who: u64, kind: u8, data: &Value) -> Value {
        let permissions = if who == MODERATOR { MANAGE_GUILD } else { SEND_MESSAGES };
        let who = (who, permissions);
        let mut interaction = discord_json::interaction(self.id(), kind, Some(GUILD), who, data);
        interaction["message"] = message(6, BOT, None, &format!("> {STATUS}"));
        interaction
    }

    fn message(&mut self, guild: Option<u64>, text: &str) -> Value {
        message(self.id(), MEMBER, guild, text)
    }

    fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

/// The password of a store, and a token that Discord refuses.
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_work_shows_no_password_and_no_token() {
    let mut discord = MockDiscord::start().await;
    discord.fail("GET /gateway/bot", 401, json!({"code": 0, "message": "401: Unauthorized"}));
    discord.run_bot(&[
        ("RUST_LOG", "trace"),
        ("CASECLERK_STORE_ADDRESS", "postgres://caseclerk:hunter2@127.0.0.1:1/caseclerk"),
    ]);
    let ended = discord.ended().await;
    assert_eq!(ended.code, Some(3), "{}", ended.log);
    assert!(ended.log.contains("the store does not work"), "{}", ended.log);
    for secret in ["hunter2", "test.token.only"] {
        let line = ended.log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is shown");
    }
}
