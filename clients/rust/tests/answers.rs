//! What the client makes of answers that the registry gives seldom, or that something between gives.

#[path = "support/scripted.rs"]
mod scripted;

use std::future::Future;
use std::net::TcpListener;
use std::time::Duration;

use agent_registry_client::{
    AgentSession, AgentStatus, Change, Error, EventQuery, HealthReport, ListQuery, ProblemCode,
    Registration, RegistryClient, SessionBuilder, SessionEvent, WatchQuery,
};
use scripted::scripted;
use tokio::sync::mpsc;

const REGISTERED: &str = r#"201 Created
content-type: application/json

{ "id": "a-1", "name": "n", "status": "active", "registered_at": "2026-10-08T15:30:00.000Z",
  "heartbeat": { "interval_seconds": 0.1, "timeout_seconds": 30 } }"#;
const REGISTERED_FOR_LONG: &str = r#"201 Created
content-type: application/json

{ "id": "a-1", "name": "n", "status": "active", "registered_at": "2026-10-08T15:30:00.000Z",
  "heartbeat": { "interval_seconds": 3600, "timeout_seconds": 10800 } }"#;
const BEAT: &str = r#"200 OK
content-type: application/json

{ "id": "a-1", "last_beat": "2026-10-08T15:30:00.000Z", "status": "active", "next_heartbeat_seconds": 0.1, "timeout_seconds": 30 }"#;
const BEAT_FOR_LONG: &str = r#"200 OK
content-type: application/json

{ "id": "a-1", "last_beat": "2026-10-08T15:30:00.000Z", "status": "active", "next_heartbeat_seconds": 3600, "timeout_seconds": 10800 }"#;
const MAINTENANCE: &str = r#"200 OK
content-type: application/json

{ "id": "a-1", "status": "maintenance", "next_heartbeat_seconds": 0.1, "timeout_seconds": 30 }"#;
const NOT_FOUND: &str = "404 Not Found
content-type: application/problem+json

{ \"code\": \"agent_not_found\", \"detail\": \"There is no agent a-1\" }";
const DEREGISTERED: &str = "404 Not Found
content-type: application/problem+json

{ \"code\": \"agent_deregistered\", \"detail\": \"Agent a-1 has been deregistered\" }";
const PROXYS_404: &str = "404 Not Found
content-type: text/html

<h1>404</h1>";
const UNAVAILABLE: &str = "503 Service Unavailable
content-type: application/problem+json
retry-after: 1

{ \"code\": \"store_unavailable\", \"detail\": \"The database does not answer\" }";
const INVALID: &str = "400 Bad Request
content-type: application/problem+json

{ \"code\": \"validation_failed\", \"errors\": [{ \"field\": \"health.cpu_percent\", \"message\": \"must be a number from 0 to 100\" }] }";
const SUPERSEDED: &str = "409 Conflict
content-type: application/problem+json

{ \"code\": \"superseded\", \"detail\": \"Another process has registered as agent a-1 since\" }";
const UNAUTHORIZED: &str = "401 Unauthorized
content-type: application/problem+json

{ \"code\": \"unauthorized\" }";

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), future)
        .await
        .expect("it happens in time")
}

fn agent() -> Registration {
    Registration {
        id: Some("a-1".into()),
        ..Registration::new("n", "t")
    }
}

/// A session of `agent`, and what it tells, in words.
fn session(url: &str, agent: Registration) -> (SessionBuilder, mpsc::UnboundedReceiver<String>) {
    let (tell, told) = mpsc::unbounded_channel();
    let builder =
        AgentSession::builder(RegistryClient::new(url).unwrap(), agent).on_event(move |event| {
            let _ = tell.send(match event {
                SessionEvent::Registered(_) => "registered".to_owned(),
                SessionEvent::Beat(_) => "beat".to_owned(),
                SessionEvent::Failed { error, retry_in } if retry_in.is_zero() => {
                    format!("failed: {error}; at once")
                }
                SessionEvent::Failed { error, retry_in } => {
                    let waits_as_asked = *retry_in >= error.retry_after().unwrap_or_default();
                    assert!(waits_as_asked, "{retry_in:?} after {error:?}");
                    format!("failed: {error}")
                }
                SessionEvent::Deregistered => "deregistered".to_owned(),
                other => format!("{other:?}"),
            });
        });
    (builder, told)
}

async fn next(count: usize, told: &mut mpsc::UnboundedReceiver<String>) -> Vec<String> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(soon(told.recv()).await.unwrap());
    }
    all
}

/// The first line of each request.
async fn asked(count: usize, requests: &mut mpsc::UnboundedReceiver<String>) -> Vec<String> {
    next(count, requests)
        .await
        .iter()
        .map(|request| request.lines().next().unwrap().to_owned())
        .collect()
}

const REGISTRATION: &str = "post /agents/register http/1.1";
const HEARTBEAT: &str = "post /agents/a-1/heartbeat http/1.1";
const DEREGISTRATION: &str = "delete /agents/a-1 http/1.1";

#[tokio::test]
async fn an_agent_that_is_unknown_registers_again_and_goes_on() {
    let (url, mut requests) = scripted(vec![REGISTERED, BEAT, NOT_FOUND, REGISTERED, BEAT]).await;
    let (builder, mut told) = session(&url, agent());
    let session = soon(builder.start()).await.unwrap();
    assert_eq!(
        next(5, &mut told).await,
        [
            "registered",
            "beat",
            "failed: 404 agent_not_found: There is no agent a-1; at once",
            "registered",
            "beat"
        ]
    );
    assert_eq!(
        asked(5, &mut requests).await,
        [REGISTRATION, HEARTBEAT, HEARTBEAT, REGISTRATION, HEARTBEAT]
    );
    drop(session);
}

/// The body of the next request.
async fn body(requests: &mut mpsc::UnboundedReceiver<String>) -> serde_json::Value {
    let request = soon(requests.recv()).await.unwrap();
    serde_json::from_str(request.lines().last().unwrap()).unwrap()
}

#[tokio::test]
async fn it_says_whether_it_takes_work_at_once_and_again_after_a_registration() {
    let (url, mut requests) = scripted(vec![
        REGISTERED_FOR_LONG,
        BEAT_FOR_LONG,
        BEAT_FOR_LONG,
        NOT_FOUND,
        REGISTERED_FOR_LONG,
        BEAT_FOR_LONG,
    ])
    .await;
    let (builder, mut told) = session(&url, agent());
    let session = soon(builder.start()).await.unwrap();
    let registration = body(&mut requests).await;
    let incarnation = registration["incarnation"].as_str().unwrap();
    assert!(!incarnation.is_empty());
    next(1, &mut told).await;
    for ready in [false, true, false] {
        session.set_ready(ready);
        let beat = body(&mut requests).await;
        assert_eq!(beat["ready"], ready);
        assert_eq!(beat["incarnation"], incarnation);
        next(1, &mut told).await;
    }
    assert_eq!(body(&mut requests).await["incarnation"], incarnation);
    assert_eq!(body(&mut requests).await["ready"], false);
    drop(session);
}

#[tokio::test]
async fn an_agent_that_another_process_is_now_is_left_to_it() {
    let (url, mut requests) = scripted(vec![REGISTERED, SUPERSEDED]).await;
    let (builder, mut told) = session(&url, agent());
    let session = soon(builder.start()).await.unwrap();
    assert_eq!(next(2, &mut told).await, ["registered", "Superseded"]);
    soon(session.ended()).await;
    soon(session.stop()).await.unwrap();
    assert_eq!(asked(2, &mut requests).await, [REGISTRATION, HEARTBEAT]);
    assert!(requests.try_recv().is_err()); // no deregistration
}

#[tokio::test]
async fn a_404_that_is_not_the_registrys_does_not_make_it_register_again() {
    let (url, mut requests) = scripted(vec![REGISTERED, PROXYS_404, BEAT]).await;
    let (builder, mut told) = session(&url, agent());
    let _session = soon(builder.start()).await.unwrap();
    assert_eq!(
        next(3, &mut told).await,
        [
            "registered",
            "failed: 404: the answer is not the registry's",
            "beat"
        ]
    );
    assert_eq!(
        asked(3, &mut requests).await,
        [REGISTRATION, HEARTBEAT, HEARTBEAT]
    );
}

#[tokio::test]
async fn an_agent_that_somebody_has_deregistered_stays_away() {
    let (url, mut requests) = scripted(vec![REGISTERED, DEREGISTERED]).await;
    let (builder, mut told) = session(&url, agent());
    let session = soon(builder.start()).await.unwrap();
    soon(session.ended()).await;
    assert_eq!(session.status(), AgentStatus::Deregistered);
    assert_eq!(next(2, &mut told).await, ["registered", "deregistered"]);
    soon(session.stop()).await.unwrap(); // what is gone is no error
    assert_eq!(
        asked(3, &mut requests).await,
        [REGISTRATION, HEARTBEAT, DEREGISTRATION]
    );
}

#[tokio::test]
async fn it_returns_if_it_is_told_to() {
    let (url, mut requests) = scripted(vec![REGISTERED, DEREGISTERED, REGISTERED, BEAT]).await;
    let (builder, _told) = session(&url, agent());
    let _session = soon(builder.return_after_deregistration(true).start())
        .await
        .unwrap();
    assert_eq!(
        asked(4, &mut requests).await,
        [REGISTRATION, HEARTBEAT, REGISTRATION, HEARTBEAT]
    );
}

#[tokio::test]
async fn a_beat_that_something_else_answers_is_a_failure() {
    let page = "200 OK\ncontent-type: text/html\n\n<h1>login</h1>";
    let other = "200 OK\ncontent-type: application/json\n\n{\"ok\":true}";
    let (url, _requests) = scripted(vec![REGISTERED, page, other, BEAT]).await;
    let (builder, mut told) = session(&url, agent());
    let session = soon(builder.start()).await.unwrap();
    let events = next(4, &mut told).await;
    assert_eq!([&events[0], &events[3]], ["registered", "beat"]);
    for failure in &events[1..3] {
        assert!(failure.starts_with("failed: "), "{events:?}");
    }
    assert_eq!(session.status(), AgentStatus::Active);
}

#[tokio::test]
async fn who_is_told_to_wait_waits_and_does_not_register_again() {
    let (url, mut requests) = scripted(vec![UNAVAILABLE, REGISTERED, UNAVAILABLE, BEAT]).await;
    let (builder, mut told) = session(&url, agent());
    let _session = soon(builder.start()).await.unwrap();
    let unavailable = "failed: 503 store_unavailable: The database does not answer";
    assert_eq!(
        next(4, &mut told).await,
        [unavailable, "registered", unavailable, "beat"]
    );
    assert_eq!(
        asked(4, &mut requests).await,
        [REGISTRATION, REGISTRATION, HEARTBEAT, HEARTBEAT]
    );
}

#[tokio::test]
async fn a_report_that_is_refused_does_not_cost_the_agent_its_life() {
    let (url, mut requests) = scripted(vec![REGISTERED, INVALID, BEAT, BEAT]).await;
    let first = Registration {
        incarnation: Some("1".into()),
        ..agent()
    };
    let (builder, mut told) = session(&url, first);
    let ill = || HealthReport {
        cpu_percent: Some(250.0),
        ..HealthReport::default()
    };
    let _session = soon(builder.health(ill).start()).await.unwrap();
    assert_eq!(
        next(3, &mut told).await,
        [
            "registered",
            "failed: 400 validation_failed: ; at once",
            "beat"
        ]
    );
    let bodies: Vec<String> = next(4, &mut requests)
        .await
        .iter()
        .skip(1)
        .map(|request| request.lines().last().unwrap_or_default().to_owned())
        .collect();
    let report = r#"{"health":{"cpu_percent":250.0},"load":1.0,"incarnation":"1"}"#;
    assert_eq!(bodies[0], report);
    assert_eq!(bodies[1], r#"{"incarnation":"1"}"#);
    assert_eq!(bodies[2], report);
}

#[tokio::test]
async fn a_token_that_is_refused_is_tried_again() {
    let (url, mut requests) = scripted(vec![REGISTERED, UNAUTHORIZED, BEAT]).await;
    let (builder, mut told) = session(&url, agent());
    let _session = soon(builder.start()).await.unwrap();
    assert_eq!(
        next(3, &mut told).await,
        ["registered", "failed: 401 unauthorized: ", "beat"]
    );
    assert_eq!(
        asked(3, &mut requests).await,
        [REGISTRATION, HEARTBEAT, HEARTBEAT]
    );
}

#[tokio::test]
async fn a_registration_that_is_refused_for_good_is_an_error() {
    let (url, _requests) = scripted(vec![INVALID]).await;
    let (builder, _told) = session(&url, agent());
    // In a task of its own, as any future of this crate may be.
    let error = soon(tokio::spawn(builder.start()))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error.code(), Some(&ProblemCode::ValidationFailed));
    assert_eq!(
        error.problem().unwrap().errors[0].field,
        "health.cpu_percent"
    );
}

#[tokio::test]
async fn who_has_no_id_registers_under_one_key_until_it_has() {
    let (url, mut requests) = scripted(vec![UNAVAILABLE, REGISTERED, NOT_FOUND, REGISTERED]).await;
    let (builder, _told) = session(&url, Registration::new("n", "t"));
    let session = soon(builder.start()).await.unwrap();
    assert_eq!(session.id(), "a-1");
    let requests = next(4, &mut requests).await;
    let key = |request: &str| {
        let line = request
            .lines()
            .find(|line| line.starts_with("idempotency-key: "));
        line.map(str::to_owned)
    };
    assert!(key(&requests[0]).is_some_and(|key| key.len() > 30));
    assert_eq!(key(&requests[0]), key(&requests[1]));
    assert_eq!(key(&requests[3]), None); // now it has an id
    assert!(requests[3].contains(r#""id":"a-1""#), "{}", requests[3]);
}

#[tokio::test]
async fn it_tells_of_an_operators_maintenance() {
    let (url, _requests) = scripted(vec![REGISTERED, MAINTENANCE]).await;
    let (builder, mut told) = session(&url, agent());
    let session = soon(builder.start()).await.unwrap();
    next(2, &mut told).await;
    assert_eq!(session.status(), AgentStatus::Maintenance);
}

#[tokio::test]
async fn a_session_that_is_stopped_deregisters_in_spite_of_a_short_outage() {
    let (url, mut requests) = scripted(vec![
        REGISTERED_FOR_LONG,
        UNAVAILABLE,
        "200 OK\n\n{ \"id\": \"a-1\", \"status\": \"deregistered\" }",
    ])
    .await;
    let (builder, _told) = session(&url, agent());
    let session = soon(builder.start()).await.unwrap();
    soon(session.stop()).await.unwrap();
    let expected = [REGISTRATION, DEREGISTRATION, DEREGISTRATION];
    assert_eq!(asked(3, &mut requests).await, expected);
}

#[tokio::test]
async fn a_session_that_cannot_deregister_says_why_in_time() {
    let (url, _requests) = scripted(vec![REGISTERED_FOR_LONG, UNAVAILABLE]).await;
    let (builder, _told) = session(&url, agent());
    let patience = Duration::from_millis(100); // less than what it is told to wait
    let session = soon(builder.stop_timeout(patience).start()).await.unwrap();
    let error = soon(session.stop()).await.unwrap_err();
    assert_eq!(error.code(), Some(&ProblemCode::StoreUnavailable));
}

#[tokio::test]
async fn a_session_that_is_dropped_falls_silent() {
    let (url, mut requests) = scripted(vec![REGISTERED, BEAT]).await;
    let (builder, mut told) = session(&url, agent());
    drop(soon(builder.start()).await.unwrap());
    while soon(told.recv()).await.is_some() {} // its loop has let go of what it tells to
    let mut all = Vec::new();
    while let Ok(request) = requests.try_recv() {
        all.push(request);
    }
    assert!(
        all.iter().all(|request| !request.starts_with("delete")),
        "{all:?}"
    );
}

#[tokio::test]
async fn an_agents_own_token_is_replaced_by_its_registration() {
    let with_token = "201 Created\n\n{ \"id\": \"a-1\", \"status\": \"active\", \"registered_at\": \"2026-10-08T15:30:00.000Z\",
        \"heartbeat\": { \"interval_seconds\": 10, \"timeout_seconds\": 30 }, \"token\": \"art_new\" }";
    let (url, mut requests) = scripted(vec![with_token, BEAT, with_token, BEAT]).await;
    for (token, afterwards) in [("art_old", "art_new"), ("fleet", "fleet")] {
        let client = RegistryClient::builder(&url).token(token).build().unwrap();
        let registered = soon(client.register(&agent())).await.unwrap();
        assert_eq!(registered.token.as_ref().unwrap().reveal(), "art_new");
        assert!(!format!("{registered:?}").contains("art_new"));
        soon(client.heartbeat("a-1", None)).await.unwrap();
        let sent = next(2, &mut requests).await;
        assert!(sent[0].contains(&format!("authorization: bearer {token}\n").replace('\n', "\r\n")));
        assert!(sent[1].contains(&format!("authorization: bearer {afterwards}\r\n")));
    }
}

#[tokio::test]
async fn nobody_there_no_answer_and_nonsense_are_told_apart() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let nobody = RegistryClient::new(format!("http://127.0.0.1:{port}")).unwrap();
    let error = soon(nobody.health()).await.unwrap_err();
    assert!(matches!(error, Error::Connection(_)), "{error:?}");
    assert!(error.is_transient());

    let silent = TcpListener::bind("127.0.0.1:0").unwrap(); // connects, and never answers
    let client = RegistryClient::builder(format!("http://{}", silent.local_addr().unwrap()))
        .timeout(Duration::from_millis(100))
        .build()
        .unwrap();
    let error = soon(client.get("a-1")).await.unwrap_err();
    assert!(matches!(error, Error::Timeout(_)), "{error:?}");
    assert!(error.is_transient());

    let (url, mut requests) = scripted(vec![
        "200 OK\n\n<h1>Welcome</h1>",
        "302 Found\nlocation: http://elsewhere/login",
    ])
    .await;
    let client = RegistryClient::new(url).unwrap();
    let error = soon(client.get("a-1")).await.unwrap_err();
    assert!(
        matches!(error, Error::UnexpectedAnswer { status: 200, .. }),
        "{error:?}"
    );
    let error = soon(client.get("a-1")).await.unwrap_err();
    assert_eq!(error.status(), Some(302));
    assert!(
        error.to_string().contains("http://elsewhere/login"),
        "{error}"
    );
    assert!(!error.is_transient());
    assert_eq!(next(2, &mut requests).await.len(), 2);
}

#[tokio::test]
async fn a_registry_without_its_database_says_how_it_is() {
    let ill = "503 Service Unavailable\ncontent-type: application/json\n\n{ \"status\": \"unhealthy\", \"details\": { \"database\": {} } }";
    let (url, _requests) = scripted(vec![ill, UNAVAILABLE]).await;
    let client = RegistryClient::new(url).unwrap();
    let health = soon(client.health()).await.unwrap();
    assert_eq!(health.status.as_str(), "unhealthy");
    let error = soon(client.health()).await.unwrap_err();
    assert_eq!(error.code(), Some(&ProblemCode::StoreUnavailable));
}

const WATCH_CUT: &str = r#"200 OK
content-type: application/x-ndjson

{"event":"comment","data":{}}
{"event":"upsert","data":{"id":"a","name":"n","type":"t","status":"active","registered_at":"x","health":{"status":"unknown"},"heartbeat":{"interval_seconds":1,"enabled":true,"timeout_seconds":3}}}
{"event":"upsert","data":{"id":"b","na"#;
const WATCH_WHOLE: &str = r#"200 OK
content-type: application/x-ndjson

{"event":"upsert","data":{"id":"b","name":"n","type":"t","status":"active","registered_at":"x","health":{"status":"unknown"},"heartbeat":{"interval_seconds":1,"enabled":true,"timeout_seconds":3}}}
{"id":"c1","event":"synced","data":{"cursor":"c1"}}
{"event":"health","data":{"agents":[{"id":"b","status":"unhealthy","last_seen":"y","health":{"status":"stale"}}]}}
{"id":"c2","event":"remove","data":{"id":"unknown","cause":"left"}}
"#;
const WATCH_REMOVES: &str = r#"200 OK
content-type: application/x-ndjson

{"id":"c3","event":"remove","data":{"id":"b","cause":"deregistered"}}
"#;
const WATCH_GONE: &str = r#"200 OK
content-type: application/x-ndjson

{"event":"gone","data":{"code":"cursor_expired"}}
"#;
const CURSOR_INVALID: &str = "410 Gone
content-type: application/problem+json

{ \"code\": \"cursor_invalid\", \"detail\": \"of another database\" }";
const EVENTS: &str = r#"200 OK
content-type: application/x-ndjson

{"id":"e1","event":"registered","data":{"specversion":"1.0","data":{"agent_id":"a","revision":7,"type":"registered","to":"active","occurred_at":"x"}}}
{"id":"e2","event":"bookmark","data":{"cursor":"e2"}}
"#;

/// A change, in words.
fn in_words(change: Change) -> String {
    match change {
        Change::Upsert(agent) => agent.id,
        Change::Remove { id, cause } => format!("{id} {cause}"),
        Change::Health(agents) => format!("health of {}", agents.len()),
        Change::Synced => "synced".to_owned(),
        other => format!("{other:?}"),
    }
}

/// The paths that were asked for, this many.
async fn paths(asked: &mut mpsc::UnboundedReceiver<String>, count: usize) -> Vec<String> {
    let mut paths = Vec::new();
    while paths.len() < count {
        let request = soon(asked.recv()).await.unwrap();
        paths.push(request.split(' ').nth(1).unwrap().to_owned());
    }
    paths
}

#[tokio::test]
async fn a_watch_goes_on_where_it_was_and_begins_anew_when_it_has_to() {
    let (url, mut asked) = scripted(vec![
        WATCH_CUT,
        UNAVAILABLE,
        WATCH_WHOLE,
        WATCH_REMOVES,
        WATCH_GONE,
        WATCH_WHOLE,
        CURSOR_INVALID,
        WATCH_WHOLE,
        INVALID,
    ])
    .await;
    let mut watch = RegistryClient::new(url).unwrap().watch(&WatchQuery {
        agents: ListQuery {
            kinds: vec!["t".into()],
            ..ListQuery::default()
        },
        health_interval: Some(Duration::from_secs(5)),
    });
    let mut words = Vec::new();
    for _ in 0..6 {
        words.push(in_words(soon(watch.next()).await.unwrap()));
    }
    assert_eq!(
        words,
        [
            "a",
            "b",
            "a missed",
            "synced",
            "health of 1",
            "b deregistered"
        ]
    );
    assert!(watch.agents().is_empty() && watch.is_synced());
    words.clear();
    for _ in 0..3 {
        words.push(in_words(soon(watch.next()).await.unwrap()));
    }
    assert_eq!(words, ["b", "synced", "health of 1"]);
    assert_eq!(watch.agents()["b"].status, AgentStatus::Unhealthy);
    words.clear();
    for _ in 0..3 {
        words.push(in_words(soon(watch.next()).await.unwrap()));
    }
    assert_eq!(words, ["b", "synced", "health of 1"]);
    assert_eq!(soon(watch.next()).await.unwrap_err().status(), Some(400));
    let anew = "/agents/watch?type=t&health_interval=5";
    let after = |cursor: &str| format!("{anew}&after={cursor}");
    assert_eq!(
        paths(&mut asked, 9).await,
        [
            anew.to_owned(),
            anew.to_owned(),
            anew.to_owned(),
            after("c2"),
            after("c3"),
            anew.to_owned(),
            after("c2"),
            anew.to_owned(),
            after("c2"),
        ]
    );
}

#[tokio::test]
async fn events_come_once_each_until_the_cursor_is_gone() {
    let (url, mut asked) = scripted(vec![EVENTS, UNAVAILABLE, WATCH_GONE, CURSOR_INVALID]).await;
    let mut events = RegistryClient::new(url).unwrap().events(&EventQuery {
        after: Some("now".into()),
        types: vec!["registered".into()],
        agent_ids: vec!["a".into()],
        filter: None,
    });
    let event = soon(events.next()).await.unwrap();
    assert_eq!((event.agent_id.as_str(), event.revision), ("a", 7));
    assert_eq!(
        (event.cursor.as_str(), event.to),
        ("e1", Some(AgentStatus::Active))
    );
    assert_eq!(events.cursor(), Some("e1"));
    for code in [ProblemCode::CursorExpired, ProblemCode::CursorInvalid] {
        let error = soon(events.next()).await.unwrap_err();
        assert_eq!((error.status(), error.code()), (Some(410), Some(&code)));
    }
    let from = |cursor: &str| format!("/events/stream?type=registered&agent_id=a&after={cursor}");
    assert_eq!(
        paths(&mut asked, 4).await,
        [from("now"), from("e2"), from("e2"), from("e2")]
    );
}
