//! Runs the real program against a mock Discord on loopback.

#![cfg(feature = "discord")]

#[path = "support/discord_json.rs"]
mod discord_json;
#[path = "support/mock_discord.rs"]
mod mock_discord;
#[path = "support/shared_index.rs"]
mod shared_index;

use mock_discord::{Ended, MockDiscord, ROLE, SILENCE};
use serde_json::{Value, json};

const STATUS: &str = "has the lamp suit ended";
const ANOTHER_QUESTION: &str = "do lamp owners get any money";
const MEMBER: u64 = 1 << 11;
const MODERATOR: u64 = 1 << 5;

fn stamped(message: &Value) -> bool {
    message.to_string().contains("without prejudice")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_answered() {
    let mut discord = MockDiscord::with_bot().await;
    let answer = discord.slash(MEMBER, "ask", json!({"question": STATUS})).await;
    assert!(answer["type"] == 4 && stamped(&answer), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_registered_once() {
    let mut discord = MockDiscord::with_bot().await;
    discord.request("PUT /applications/901/guilds/700/commands").await;
    discord.terminate();
    discord.ended().await;
    discord.run_bot(&[]);
    discord.happened("identify", 2).await;
    discord.slash(MEMBER, "about", json!({})).await;
    assert_eq!(discord.unseen("PUT"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_is_answered_edited_and_deleted_with_its_question() {
    let mut discord = MockDiscord::with_bot().await;
    let mut question = discord.mention(STATUS);
    discord.event("MESSAGE_CREATE", question.clone());
    let reply = discord.request("POST /channels/10/messages").await;
    assert!(stamped(&reply) && reply["message_reference"]["message_id"] == question["id"]);
    assert_eq!(
        reply["allowed_mentions"],
        json!({"parse": [], "users": [], "roles": [], "replied_user": false})
    );
    assert!(reply["nonce"] == question["id"] && reply["enforce_nonce"] == true, "{reply}");
    question["content"] = json!(format!("<@900> {ANOTHER_QUESTION}"));
    discord.event("MESSAGE_UPDATE", question.clone());
    let edited = discord.request("PATCH /channels/10/messages/4000").await;
    assert!(
        edited["embeds"][0] != reply["embeds"][0]
            && edited["allowed_mentions"] == reply["allowed_mentions"]
    );
    discord.event(
        "MESSAGE_DELETE",
        json!({"id": question["id"], "channel_id": "10", "guild_id": "700"}),
    );
    discord.request("DELETE /channels/10/messages/4000").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_with_markup_is_answered_as_without_it() {
    let mut discord = MockDiscord::with_bot().await;
    let plain = discord.slash(MEMBER, "ask", json!({"question": STATUS})).await;
    let marked = format!("<a:party_blob:100000000000000001> **{STATUS}** <@100000000000000001>");
    let answer = discord.slash(MEMBER, "ask", json!({"question": marked})).await;
    assert_eq!(answer, plain);
    let mention = discord.mention(&marked);
    discord.event("MESSAGE_CREATE", mention);
    let reply = discord.request("POST /channels/10/messages").await;
    assert_eq!(reply["embeds"], plain["data"]["embeds"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_no_longer_mentions_the_bot_loses_its_reply() {
    let mut discord = MockDiscord::with_bot().await;
    let mut question = discord.mention(STATUS);
    discord.event("MESSAGE_CREATE", question.clone());
    discord.request("POST /channels/10/messages").await;
    let mut elsewhere = question.clone();
    elsewhere["content"] = json!("");
    elsewhere["mentions"] = json!([]);
    discord.event("MESSAGE_UPDATE", elsewhere);
    discord.request("DELETE /channels/10/messages/4000").await;
    question["content"] = json!(format!("<@900> {ANOTHER_QUESTION}"));
    discord.event("MESSAGE_UPDATE", question);
    assert!(stamped(&discord.request("POST /channels/10/messages").await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_posted_answer_is_deleted_by_its_button() {
    let mut discord = MockDiscord::with_bot().await;
    assert_eq!(discord.press(MEMBER, "remove").await["type"], 6);
    discord.request("DELETE /webhooks/901/secret-token/messages/@original").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_comes_twice_is_answered_once() {
    let mut discord = MockDiscord::with_bot().await;
    let (interaction, mention) =
        (discord.interaction(MEMBER, "status", json!({})), discord.mention(STATUS));
    for _ in 0..2 {
        discord.event("INTERACTION_CREATE", interaction.clone());
        discord.event("MESSAGE_CREATE", mention.clone());
    }
    discord.request("POST /interactions/").await;
    discord.request("POST /channels/10/messages").await;
    // When a command is answered, all earlier events have reached the bot. It finishes them before
    // it stops.
    discord.slash(MEMBER, "about", json!({})).await;
    discord.terminate();
    discord.ended().await;
    assert_eq!(discord.unseen("POST"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_with_an_unknown_component_is_answered() {
    let mut discord = MockDiscord::with_bot().await;
    let message = discord_json::message_with_unknown_component(77, 2, STATUS);
    let mut interaction = discord.interaction(MEMBER, "Check against the FAQ", json!({}));
    interaction["data"] = discord_json::context_menu_data("Check against the FAQ", &message);
    discord.event("INTERACTION_CREATE", interaction);
    assert!(stamped(&discord.request("POST /interactions/").await));
    let mut mention = discord.mention(STATUS);
    mention["components"] = message["components"].clone();
    discord.event("MESSAGE_CREATE", mention.clone());
    assert!(stamped(&discord.request("POST /channels/10/messages").await));
    mention["content"] = json!(format!("<@900> {ANOTHER_QUESTION}"));
    discord.event("MESSAGE_UPDATE", mention);
    assert!(stamped(&discord.request("PATCH /channels/10/messages/4000").await));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interaction_that_cannot_be_parsed_gets_a_response() {
    let mut discord = MockDiscord::with_bot().await;
    let mut interaction = discord.interaction(MEMBER, "status", json!({}));
    interaction["type"] = json!(99);
    discord.event("INTERACTION_CREATE", interaction);
    let response = discord.request("POST /interactions/").await;
    assert!(response["type"] == 4 && response["data"]["flags"] == 64, "{response}");
}

#[tokio::test(flavor = "multi_thread")]
async fn moderators_reload_and_others_are_refused() {
    let mut discord = MockDiscord::with_bot().await;
    let refused = discord.slash(MEMBER, "faq reload", json!({})).await;
    assert!(refused["type"] == 4 && refused["data"]["flags"] == 64, "{refused}");
    assert_eq!(discord.slash(MODERATOR, "faq reload", json!({})).await["type"], 5);
    let report = discord.request("PATCH /webhooks/901/secret-token/messages/@original").await;
    assert!(report.to_string().contains("0 added, 0 changed, 0 withdrawn"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rate_limits_and_server_errors_are_retried() {
    let mut discord = MockDiscord::with_bot().await;
    discord.fail("POST /interactions/", 429, json!({"retry_after": 0.01, "global": false}));
    assert!(stamped(&discord.slash(MEMBER, "status", json!({})).await));
    discord.fail("POST /interactions/", 429, json!({"retry_after": 0.01, "global": true}));
    assert!(stamped(&discord.slash(MEMBER, "status", json!({})).await));
    discord.fail("POST /interactions/", 502, Value::Null);
    assert!(stamped(&discord.slash(MEMBER, "status", json!({})).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_response_is_sent_again_within_three_seconds() {
    let mut discord = MockDiscord::with_bot().await;
    discord.fail("POST /interactions/", SILENCE, Value::Null);
    let start = std::time::Instant::now();
    assert!(stamped(&discord.slash(MEMBER, "status", json!({})).await));
    assert!(start.elapsed() < std::time::Duration::from_secs(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_had_arrived_already_is_a_success() {
    let mut discord = MockDiscord::with_bot().await;
    let acknowledged = json!({"code": 40060, "message": "already acknowledged"});
    discord.fail("POST /interactions/", 400, acknowledged);
    let interaction = discord.interaction(MEMBER, "status", json!({}));
    discord.event("INTERACTION_CREATE", interaction);
    discord.happened("refusal", 1).await;
    discord.terminate();
    let log = discord.ended().await.log;
    assert!(!log.contains("not delivered"), "{log}");
    assert_eq!(discord.unseen("POST"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_discord_refuses_becomes_an_apology() {
    let mut discord = MockDiscord::with_bot().await;
    discord.fail(
        "POST /interactions/",
        400,
        json!({"code": 50035, "message": "Invalid Form Body"}),
    );
    let apology = discord.slash(MEMBER, "status", json!({})).await;
    assert!(
        apology["data"]["flags"] == 64 && apology.to_string().contains("reference"),
        "{apology}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_interaction_is_dropped() {
    let mut discord = MockDiscord::with_bot().await;
    discord.fail(
        "POST /interactions/",
        404,
        json!({"code": 10062, "message": "Unknown interaction"}),
    );
    let expired = discord.interaction(MEMBER, "status", json!({}));
    discord.event("INTERACTION_CREATE", expired);
    discord.happened("refusal", 1).await;
    // If there were a retry, it would be made before the program stops.
    discord.terminate();
    let log = discord.ended().await.log;
    assert!(log.contains("404 Not Found (code 10062)"), "{log}");
    assert_eq!(discord.unseen("POST"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_or_moved_connection_is_resumed() {
    let mut discord = MockDiscord::with_bot().await;
    discord.send(json!({"op": 7, "d": null}));
    discord.happened("resume", 1).await;
    discord.cut();
    discord.happened("resume", 2).await;
    assert!(stamped(&discord.slash(MEMBER, "status", json!({})).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sigterm_it_closes_the_connection() {
    let mut discord = MockDiscord::with_bot().await;
    discord.terminate();
    assert_eq!(discord.ended().await.code, Some(0));
    discord.happened("close", 1).await;
}

async fn ends(mut discord: MockDiscord, environment: &[(&str, &str)]) -> Ended {
    discord.run_bot(environment);
    discord.ended().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_it_says_how_to_get_one() {
    let Ended { code, log } = ends(MockDiscord::start().await, &[("DISCORD_TOKEN", "")]).await;
    assert!(
        code == Some(2) && log.contains("DISCORD_TOKEN_FILE") && log.contains("caseclerk chat"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_has_its_own_exit_code() {
    let discord = MockDiscord::start().await;
    discord.fail("GET /gateway/bot", 401, json!({"code": 0, "message": "401: Unauthorized"}));
    let Ended { code, log } = ends(discord, &[]).await;
    assert!(code == Some(3) && log.contains("refused the token"), "{log}");
    let discord = MockDiscord::start().await;
    discord.refuse_identify(4004, u32::MAX);
    assert_eq!(ends(discord, &[]).await.code, Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn disallowed_intents_have_their_own_exit_code() {
    let discord = MockDiscord::start().await;
    discord.refuse_identify(4014, u32::MAX);
    let Ended { code, log } = ends(discord, &[]).await;
    assert!(code == Some(4) && log.contains("intents"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_discord_refuses_is_not_tried_again() {
    for (close, code) in [(4004, 3), (4014, 4)] {
        let mut discord = MockDiscord::start().await;
        discord.refuse_identify(close, u32::MAX);
        discord.run_bot(&[]);
        assert_eq!(discord.ended().await.code, Some(code));
        assert_eq!(discord.count("lookup"), 1, "it connected again after {close}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_scope_has_its_own_exit_code() {
    let discord = MockDiscord::start().await;
    for _ in 0..3 {
        discord.fail(
            "GET /applications/901/guilds/700/commands",
            403,
            json!({"code": 50001, "message": "Missing Access"}),
        );
    }
    let Ended { code, log } = ends(discord, &[]).await;
    assert!(code == Some(5) && log.contains("applications.commands"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_gateway_has_its_own_exit_code() {
    let mut discord = MockDiscord::start().await;
    discord.run_bot(&[
        ("CASECLERK_DISCORD_SILENCE_SECONDS", "5"),
        ("CASECLERK_DISCORD_SHUTDOWN_SECONDS", "1"),
    ]);
    discord.happened("identify", 1).await;
    discord.fall_silent();
    assert_eq!(discord.ended().await.code, Some(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_healthy_while_discord_is_heard_from() {
    let mut discord = MockDiscord::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("heartbeat").display().to_string();
    let environment = [
        ("CASECLERK_DISCORD_HEARTBEAT_FILE", file.as_str()),
        ("CASECLERK_DISCORD_SILENCE_SECONDS", "5"),
        ("CASECLERK_DISCORD_SHUTDOWN_SECONDS", "1"),
    ];
    assert_eq!(discord.health(&environment).await, Some(1));
    discord.run_bot(&environment);
    discord.happened("identify", 1).await;
    while discord.health(&environment).await != Some(0) {
        assert!(discord.is_running());
    }
    discord.fall_silent();
    assert_eq!(discord.ended().await.code, Some(6));
    assert_eq!(discord.health(&environment).await, Some(1));
    assert_eq!(discord.health(&[]).await, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_look_up_of_the_gateway_is_retried() {
    let mut discord = MockDiscord::start().await;
    discord.fail("GET /gateway/bot", 500, Value::Null);
    discord.run_bot(&[]);
    discord.happened("identify", 1).await;
}

// What other bots have met.

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_of_no_time_is_not_a_storm_of_requests() {
    let mut discord = MockDiscord::with_bot().await;
    for _ in 0..100 {
        discord.fail("POST /channels/10/messages", 429, json!({"retry_after": 0}));
    }
    for _ in 0..8 {
        let mention = discord.mention(STATUS);
        discord.event("MESSAGE_CREATE", mention);
    }
    discord.happened("refusal", 3).await;
    // A command is answered meanwhile; until then there were few refusals, for all eight together.
    discord.slash(MEMBER, "status", json!({})).await;
    assert!(discord.count("refusal") < 12, "{}", discord.count("refusal"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_global_rate_limit_does_not_hold_up_interactions() {
    let mut discord = MockDiscord::with_bot().await;
    let limit = json!({"retry_after": 50, "global": true});
    discord.fail("POST /channels/10/messages", 429, limit);
    let mention = discord.mention(STATUS);
    discord.event("MESSAGE_CREATE", mention);
    discord.happened("refusal", 1).await;
    assert!(stamped(&discord.slash(MEMBER, "status", json!({})).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_that_wait_do_not_hold_up_interactions() {
    let mut discord = MockDiscord::with_bot().await;
    for channel in 0..400_u64 {
        let path = format!("POST /channels/{}/messages", 1000 + channel);
        discord.fail(&path, SILENCE, Value::Null);
        let mut mention = discord.mention(STATUS);
        mention["channel_id"] = json!((1000 + channel).to_string());
        mention["author"] = discord_json::user(2000 + channel);
        discord.event("MESSAGE_CREATE", mention);
    }
    assert!(stamped(&discord.slash(MEMBER, "status", json!({})).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_entry_point_command_is_kept() {
    let mut discord = MockDiscord::start().await;
    let entry_point = json!({
        "id": "5", "application_id": "901", "version": "1", "type": 4, "name": "launch",
        "description": "", "handler": 2,
    });
    discord.has_commands("/applications/901/commands", json!([entry_point]));
    discord.run_bot(&[]);
    let registered = discord.request("PUT /applications/901/commands").await;
    let kept = registered.as_array().expect("a list").iter().find(|command| command["type"] == 4);
    assert_eq!(kept.expect("it is kept")["name"], "launch");
    assert!(registered.as_array().expect("a list").len() > 5, "{registered}");
    // Nothing is registered again.
    discord.happened("identify", 1).await;
    discord.terminate();
    discord.ended().await;
    discord.run_bot(&[]);
    discord.happened("identify", 2).await;
    discord.slash(MEMBER, "about", json!({})).await;
    assert_eq!(discord.unseen("PUT /applications/901/commands"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_that_suggestions_were_refused() {
    let mut discord = MockDiscord::with_bot().await;
    discord.fail("POST /interactions/", 400, json!({"code": 50035, "message": "Invalid"}));
    let mut typing = discord.interaction(MEMBER, "ask", json!({"question": "lamp"}));
    typing["type"] = json!(4);
    typing["data"]["options"][0]["focused"] = json!(true);
    discord.event("INTERACTION_CREATE", typing);
    discord.happened("refusal", 1).await;
    discord.slash(MEMBER, "about", json!({})).await;
    discord.terminate();
    discord.ended().await;
    assert_eq!(discord.unseen("POST /interactions/"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_reply_to_a_question_is_another_message() {
    let mut discord = MockDiscord::with_bot().await;
    let question = discord.mention(STATUS);
    discord.event("MESSAGE_CREATE", question.clone());
    let first = discord.request("POST /channels/10/messages").await;
    let mut without = question.clone();
    without["content"] = json!("");
    without["mentions"] = json!([]);
    discord.event("MESSAGE_UPDATE", without);
    discord.request("DELETE /channels/10/messages/4000").await;
    discord.event("MESSAGE_UPDATE", question);
    let second = discord.request("POST /channels/10/messages").await;
    assert_ne!(first["nonce"], second["nonce"]);
    assert!(second["nonce"].as_str().expect("a text").len() <= 25);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_a_moderator_deleted_does_not_come_back() {
    let mut discord = MockDiscord::with_bot().await;
    let mut question = discord.mention(STATUS);
    discord.event("MESSAGE_CREATE", question.clone());
    discord.request("POST /channels/10/messages").await;
    let unknown = json!({"code": 10008, "message": "Unknown Message"});
    discord.fail("PATCH /channels/10/messages/4000", 404, unknown);
    question["content"] = json!(format!("<@900> {ANOTHER_QUESTION}"));
    discord.event("MESSAGE_UPDATE", question.clone());
    discord.happened("refusal", 1).await;
    question["content"] = json!(format!("<@900> {STATUS} now"));
    discord.event("MESSAGE_UPDATE", question);
    discord.slash(MEMBER, "about", json!({})).await;
    discord.terminate();
    let log = discord.ended().await.log;
    assert!(!log.contains("not delivered"), "{log}");
    assert_eq!(discord.unseen("PATCH") + discord.unseen("POST /channels"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_was_deleted_first_gets_no_reply() {
    let mut discord = MockDiscord::with_bot().await;
    let question = discord.mention(STATUS);
    discord.event(
        "MESSAGE_DELETE",
        json!({"id": question["id"], "channel_id": "10", "guild_id": "700"}),
    );
    // When a command is answered, the deletion has reached the bot.
    discord.slash(MEMBER, "about", json!({})).await;
    discord.event("MESSAGE_CREATE", question);
    discord.slash(MEMBER, "about", json!({})).await;
    discord.terminate();
    discord.ended().await;
    assert_eq!(discord.unseen("POST /channels"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_could_not_be_posted_can_be_posted_again() {
    let mut discord = MockDiscord::with_bot().await;
    let post = "post:4001:status/is-it-over";
    discord.fail("POST /interactions/", 404, json!({"code": 10062, "message": "expired"}));
    let pressed = discord.pressed(MEMBER, post);
    discord.event("INTERACTION_CREATE", pressed);
    discord.happened("refusal", 1).await;
    // The refusal may still be on its way to the bot.
    let mut again = discord.press(MEMBER, post).await;
    for _ in 0..50 {
        if !stamped(&again) {
            again = discord.press(MEMBER, post).await;
        }
    }
    assert!(stamped(&again) && again["data"]["flags"] != 64, "{again}");
    let twice = discord.press(MEMBER, post).await;
    assert!(twice["data"]["flags"] == 64 && !stamped(&twice), "{twice}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_asker_is_known_although_discord_leaves_out_the_question() {
    let mut discord = MockDiscord::with_bot().await;
    let mut question = discord.mention(STATUS);
    question["author"] = discord_json::user(1);
    discord.event("MESSAGE_CREATE", question.clone());
    discord.request("POST /channels/10/messages").await;
    let mut pressed = discord.pressed(MEMBER, "none");
    pressed["message"] = discord_json::message(4000, 900, None, "");
    pressed["message"]["message_reference"] =
        json!({"type": 0, "message_id": question["id"], "channel_id": "10"});
    discord.event("INTERACTION_CREATE", pressed);
    // 7 replaces the message; for anybody else it would be a private message, 4.
    assert_eq!(discord.request("POST /interactions/").await["type"], 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_filter_makes_the_log_show_what_the_libraries_see() {
    let mut discord = MockDiscord::start().await;
    let filter = "trace,tungstenite::protocol=trace,tokio_tungstenite=trace,serenity=trace,\
                  reqwest=trace,hyper=trace,hyper_util::client=trace,h2=trace";
    discord.run_bot(&[("RUST_LOG", filter)]);
    discord.happened("identify", 1).await;
    discord.slash(MEMBER, "ask", json!({"question": "zebra has the lamp suit ended"})).await;
    discord.terminate();
    let log = discord.ended().await.log;
    assert!(log.contains("question"), "{log}");
    for hidden in ["zebra", "somebody", "secret-token", "test.token.only"] {
        assert!(!log.contains(hidden), "{hidden} in {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_file_holds_one_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("token");
    let path = file.display().to_string();
    let token = [("DISCORD_TOKEN", ""), ("DISCORD_TOKEN_FILE", path.as_str())];
    std::fs::write(&file, "test.token.only\nanother.token\n").expect("it can be written");
    let Ended { code, log } = ends(MockDiscord::start().await, &token).await;
    assert!(code == Some(2) && log.contains("one word on one line"), "{log}");
    // Windows editors put a byte order mark before the text.
    std::fs::write(&file, "\u{feff}test.token.only\r\n").expect("it can be written");
    let mut discord = MockDiscord::start().await;
    discord.run_bot(&token);
    discord.happened("identify", 1).await;
    assert!(stamped(&discord.slash(MEMBER, "status", json!({})).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heartbeat_file_that_holds_something_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("case.toml");
    std::fs::write(&file, "caption = \"\"").expect("it can be written");
    let path = file.display().to_string();
    let environment = [("CASECLERK_DISCORD_HEARTBEAT_FILE", path.as_str())];
    let Ended { code, log } = ends(MockDiscord::start().await, &environment).await;
    assert!(code == Some(2) && log.contains("case.toml"), "{log}");
    assert!(file.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_edit_that_was_just_made_is_a_question() {
    let mut discord = MockDiscord::with_bot().await;
    // Somebody pins a message, or Discord adds the preview of a link, long after the last edit.
    for edited in [Value::Null, json!("2026-01-01T00:00:00Z")] {
        let mut pinned = discord.mention(ANOTHER_QUESTION);
        pinned["edited_timestamp"] = edited;
        pinned["pinned"] = json!(true);
        discord.event("MESSAGE_UPDATE", pinned);
    }
    let mut edited = discord.mention(STATUS);
    edited["edited_timestamp"] = json!(jiff::Timestamp::now().to_string());
    discord.event("MESSAGE_UPDATE", edited.clone());
    let reply = discord.request("POST /channels/10/messages").await;
    assert_eq!(reply["message_reference"]["message_id"], edited["id"]);
    discord.terminate();
    discord.ended().await;
    assert_eq!(discord.unseen("POST /channels"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_names_the_field_that_discord_refused() {
    let mut discord = MockDiscord::start().await;
    let error = json!({
        "code": 50035, "message": "Invalid Form Body",
        "errors": {"0": {"description": {"_errors": [
            {"code": "BASE_TYPE_BAD_LENGTH", "message": "Must be between 1 and 100 in length."},
        ]}}},
    });
    discord.fail("PUT /applications/901/commands", 400, error);
    discord.run_bot(&[]);
    discord.request("PUT /applications/901/commands").await;
    discord.terminate();
    let log = discord.ended().await.log;
    assert!(log.contains("0.description: Must be between 1 and 100 in length."), "{log}");
}

/// Discord does not show the bot the text of a message that mentions only its role.
#[tokio::test(flavor = "multi_thread")]
async fn who_mentions_the_bots_role_is_told_to_mention_the_bot() {
    let mut discord = MockDiscord::with_bot().await;
    let mut question = discord.mention("");
    (question["content"], question["mentions"]) = (json!(""), json!([]));
    question["mention_roles"] = json!(["801"]);
    discord.event("MESSAGE_CREATE", question.clone());
    discord.request("GET /guilds/700/roles").await;
    question["id"] = discord.mention("")["id"].clone();
    question["mention_roles"] = json!([ROLE.to_string()]);
    discord.event("MESSAGE_CREATE", question.clone());
    let reply = discord.request("POST /channels/10/messages").await;
    assert!(reply["message_reference"]["message_id"] == question["id"], "{reply}");
    assert!(reply["content"].as_str().unwrap().contains("Mention me instead"), "{reply}");
    assert_eq!(discord.unseen("GET /guilds/700/roles"), 0, "the role is remembered");
    // Its own name was meant.
    question["content"] = json!(format!("<@900> {STATUS}"));
    question["mentions"] = discord.mention("")["mentions"].clone();
    discord.event("MESSAGE_UPDATE", question);
    assert!(stamped(&discord.request("PATCH /channels/10/messages/4000").await));
}

/// serenity notices such a close only when the next heartbeat fails, most of a minute later.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_close_for_good_the_gateway_is_looked_up_again() {
    for code in [4003, 4010, 4011] {
        let mut discord = MockDiscord::start().await;
        discord.has_slow_heartbeats();
        discord.refuse_identify(code, 1);
        discord.run_bot(&[]);
        discord.happened("lookup", 2).await;
        discord.happened("identify", 1).await;
        let answer = discord.slash(MEMBER, "status", json!({})).await;
        assert!(stamped(&answer), "{code}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_why_there_is_no_gateway() {
    let mut discord = MockDiscord::start().await;
    discord.has_no_gateway();
    discord.run_bot(&[]);
    // The tries of serenity, and some of those that find out why.
    for _ in 0..6 {
        discord.request("GET /no-gateway").await;
    }
    discord.terminate();
    let log = discord.ended().await.log;
    assert_eq!(log.matches("answered 200 OK to the websocket handshake").count(), 1, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_who_refused() {
    let mut discord = MockDiscord::start().await;
    discord.fail("GET /gateway/bot", 400, json!({"code": 0, "message": "no"}));
    discord.fail("GET /gateway/bot", 200, json!({"url": "ws://127.0.0.1:1"}));
    discord.run_bot(&[]);
    discord.happened("identify", 1).await;
    discord.terminate();
    let log = discord.ended().await.log;
    let server = "the server 127.0.0.1 (discord.api_base)";
    assert!(log.contains(&format!("{server} refused the request with 400")), "{log}");
    assert!(log.contains(&format!("the answer of {server} cannot be parsed: missing")), "{log}");
}

/// Discord limits some edits for an hour, and a server may be down longer than anybody waits.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_answer_never_stands_under_a_new_question() {
    let mut discord = MockDiscord::with_bot().await;
    let mut question = discord.mention(STATUS);
    discord.event("MESSAGE_CREATE", question.clone());
    discord.request("POST /channels/10/messages").await;
    let edit = "PATCH /channels/10/messages/4000";
    discord.fail(edit, 429, json!({"retry_after": 3600}));
    question["content"] = json!(format!("<@900> {ANOTHER_QUESTION}"));
    discord.event("MESSAGE_UPDATE", question.clone());
    discord.request("DELETE /channels/10/messages/4000").await;
    let reply = discord.request("POST /channels/10/messages").await;
    assert!(stamped(&reply) && reply["message_reference"]["message_id"] == question["id"]);
    discord.event("MESSAGE_DELETE", json!({"id": question["id"], "channel_id": "10"}));
    discord.request("DELETE /channels/10/messages/4000").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_permission_for_embeds_it_says_so() {
    let mut discord = MockDiscord::with_bot().await;
    let error = json!({"code": 50013, "message": "Missing Permissions"});
    discord.fail("POST /channels/10/messages", 403, error);
    let question = discord.mention(STATUS);
    discord.event("MESSAGE_CREATE", question);
    let reply = discord.request("POST /channels/10/messages").await;
    assert!(reply["content"].as_str().unwrap().contains("Embed Links"), "{reply}");
}

/// Discord adds fields and values at any time, and serenity rejects an event for one of them.
#[tokio::test(flavor = "multi_thread")]
async fn new_values_in_what_is_never_read_cost_no_answer() {
    let mut discord = MockDiscord::with_bot().await;
    let mut changes: Vec<fn(&mut Value)> = Vec::new();
    changes.push(|author| author["public_flags"] = json!(1_u64 << 44));
    changes.push(|author| author["avatar"] = json!("not-a-hash"));
    changes.push(|author| {
        author["avatar_decoration_data"] = json!({"asset": "v2_x", "sku_id": "1"});
    });
    for change in changes {
        let mut question = discord.mention(STATUS);
        change(&mut question["author"]);
        question["attachments"] = json!([{"id": "1", "waveform": "AAA"}]);
        discord.event("MESSAGE_CREATE", question);
        assert!(stamped(&discord.request("POST /channels/10/messages").await));
        let mut interaction = discord.interaction(MEMBER, "ask", json!({"question": STATUS}));
        change(&mut interaction["member"]["user"]);
        interaction["member"]["flags"] = json!(1_u64 << 33);
        discord.event("INTERACTION_CREATE", interaction);
        assert!(stamped(&discord.request("POST /interactions/").await));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_forwarded_to_the_bot_is_answered() {
    let mut discord = MockDiscord::with_bot().await;
    let mut question = discord.mention("");
    question["guild_id"] = Value::Null;
    (question["content"], question["mentions"]) = (json!(""), json!([]));
    question["message_reference"] = json!({"type": 1, "message_id": "5", "channel_id": "11"});
    question["message_snapshots"] = json!([{"message": discord_json::message(5, 3, None, STATUS)}]);
    discord.event("MESSAGE_CREATE", question);
    let reply = discord.request("POST /channels/10/messages").await;
    assert!(stamped(&reply) && reply.to_string().contains("The plaintiff ended it"), "{reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interactions_endpoint_in_the_portal_is_a_warning() {
    let mut discord = MockDiscord::start().await;
    let application = json!({"id": "901", "interactions_endpoint_url": "https://old.example/"});
    discord.fail("GET /oauth2/applications/@me", 200, application);
    discord.run_bot(&[]);
    discord.happened("identify", 1).await;
    discord.request("PUT /applications/901/commands").await;
    discord.terminate();
    let log = discord.ended().await.log;
    assert!(log.contains("Interactions Endpoint URL"), "{log}");
}

/// An HTTP proxy would see the token.
#[tokio::test(flavor = "multi_thread")]
async fn plain_http_goes_through_no_proxy() {
    let mut discord = MockDiscord::start().await;
    // Nothing listens there.
    discord.run_bot(&[("http_proxy", "http://127.0.0.1:9"), ("HTTP_PROXY", "http://127.0.0.1:9")]);
    discord.happened("identify", 1).await;
}

/// Process 1 of a container ignores a signal that it does not listen to.
#[test]
fn it_can_be_stopped_while_it_builds_the_index() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    let index = tempfile::tempdir().expect("a folder");
    let mut bot = Command::new(env!("CARGO_BIN_EXE_caseclerk"))
        .args(["run", "--faq", "faq", "--index"])
        .arg(index.path())
        .env("DISCORD_TOKEN", "test.token.only")
        .env("CASECLERK_DISCORD_API_BASE", "http://127.0.0.1:9")
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(bot.stderr.take().expect("a pipe")).lines();
    let next = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("building")));
    assert!(next.is_some(), "it builds the index");
    let pid = rustix::process::Pid::from_child(&bot);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it can be sent");
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    assert_eq!(bot.wait().expect("it ends").code(), Some(0), "{rest:?}");
    assert!(rest.iter().any(|line| line.contains("before the start was finished")), "{rest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_server_is_answered_by_its_shard() {
    let mut discord = MockDiscord::start().await;
    discord.has_shards(2, 1);
    discord.run_bot(&[]);
    discord.happened("identify", 2).await;
    for guild in [1_u64 << 22, 2 << 22] {
        let mut mention = discord.mention(STATUS);
        mention["guild_id"] = json!(guild.to_string());
        assert_eq!(discord.shard_of(guild), (guild >> 22) % 2);
        discord.event("MESSAGE_CREATE", mention);
        assert!(stamped(&discord.request("POST /channels/10/messages").await));
    }
    // Both are closed when the bot stops.
    discord.terminate();
    assert_eq!(discord.ended().await.code, Some(0));
    assert_eq!(discord.count("too early"), 0);
    discord.happened("close", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shards_that_are_counted_apart_start_at_once() {
    let mut discord = MockDiscord::start().await;
    discord.has_shards(6, 4);
    let start = std::time::Instant::now();
    discord.run_bot(&[]);
    discord.happened("identify", 4).await;
    discord.happened("identify", 6).await;
    // The last two had to wait for the first two, and not for all others.
    assert!(start.elapsed() < std::time::Duration::from_secs(20));
    assert_eq!(discord.count("too early"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_process_with_the_first_shard_registers_the_commands() {
    let mut discord = MockDiscord::start().await;
    discord.has_shards(2, 1);
    discord.run_bot(&[("CASECLERK_DISCORD_SHARDS", "1/2")]);
    discord.happened("identify", 1).await;
    let mut mention = discord.mention(STATUS);
    mention["guild_id"] = json!((1_u64 << 22).to_string());
    discord.event("MESSAGE_CREATE", mention);
    assert!(stamped(&discord.request("POST /channels/10/messages").await));
    discord.terminate();
    discord.ended().await;
    assert_eq!(discord.unseen("PUT"), 0);
    discord.run_bot(&[("CASECLERK_DISCORD_SHARDS", "0/2")]);
    discord.request("PUT /applications/901/commands").await;
}

/// The other shard is heard of all the time.
#[tokio::test(flavor = "multi_thread")]
async fn a_shard_that_falls_silent_ends_the_process() {
    let mut discord = MockDiscord::start().await;
    discord.has_shards(2, 2);
    discord.has_silent_shard(1);
    discord.run_bot(&[
        ("CASECLERK_DISCORD_SILENCE_SECONDS", "5"),
        ("CASECLERK_DISCORD_SHUTDOWN_SECONDS", "1"),
    ]);
    discord.happened("identify", 1).await;
    assert_eq!(discord.ended().await.code, Some(6));
}
