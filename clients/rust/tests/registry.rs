//! The client against the registry itself. Ignored unless asked for (`--ignored`): they need Node and a build (`dist/`).

#[path = "support/registry.rs"]
mod registry;

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use agent_registry_client::{
    AgentSession, AgentStatus, CallerKind, Change, DiscoverQuery, Error, EventQuery, HealthReport,
    HealthStatus, HeartbeatSettings, ListQuery, OperatorStatus, ProblemCode, Registration,
    RegistryClient, RemovalCause, Scope, SessionEvent, WatchQuery,
};
use registry::Registry;
use serde_json::json;
use tokio::sync::mpsc;

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future)
        .await
        .expect("it happens in time")
}

fn worker(id: &str) -> Registration {
    Registration {
        id: Some(id.into()),
        category: Some("processing".into()),
        version: Some("1.0.0".into()),
        capabilities: vec!["data-transform".into(), "validation".into()],
        endpoints: [("api".to_owned(), "http://localhost:5000/".to_owned())].into(),
        heartbeat: Some(HeartbeatSettings {
            interval_seconds: 1,
            ..HeartbeatSettings::default()
        }),
        ..Registration::new("DataProcessor", "worker")
    }
}

/// What is told up to this, itself included.
async fn told_until(told: &mut mpsc::UnboundedReceiver<String>, wanted: &str) -> Vec<String> {
    let mut seen = Vec::new();
    while seen.last().map(String::as_str) != Some(wanted) {
        seen.push(soon(told.recv()).await.unwrap());
    }
    seen
}

fn code<T>(result: Result<T, Error>) -> (u16, ProblemCode) {
    let error = result.err().expect("a refusal");
    (error.status().unwrap(), error.code().unwrap().clone())
}

#[tokio::test]
#[ignore = "needs Node and a build of the registry"]
async fn each_request_does_what_it_says() {
    let service = Registry::start(&[]).await;
    let client = RegistryClient::new(&service.url).unwrap();

    let health = soon(client.health()).await.unwrap();
    assert_eq!(health.status.as_str(), "healthy", "{health:?}");
    assert!(health.details.contains_key("database"));

    // A life.
    let mut agent = worker("data-processor-1");
    agent.metadata.insert("team".into(), json!("data"));
    agent.metadata.insert("tier".into(), json!(2));
    let registered = soon(client.register(&agent)).await.unwrap();
    assert_eq!(registered.id, "data-processor-1");
    assert_eq!(registered.status, AgentStatus::Active);
    assert_eq!(registered.heartbeat.interval_seconds, 1.0);
    assert_eq!(registered.token, None);
    let again = soon(client.register(&agent)).await.unwrap();
    assert_eq!(again.registered_at, registered.registered_at);

    let beat = soon(client.heartbeat(&registered.id, None)).await.unwrap();
    assert_eq!(
        (beat.status, beat.next_heartbeat_seconds),
        (AgentStatus::Active, 1.0)
    );
    let report = HealthReport {
        cpu_percent: Some(95.5),
        memory_percent: Some(32.1),
        active_connections: Some(5),
        error_count: Some(1),
        uptime_seconds: Some(3600.5),
        metrics: json!({ "queue": 7 }).as_object().unwrap().clone(),
        ..HealthReport::default()
    };
    soon(client.heartbeat(&registered.id, Some(&report)))
        .await
        .unwrap();

    let record = soon(client.get(&registered.id)).await.unwrap();
    assert_eq!(
        (record.name.as_str(), record.kind.as_str()),
        ("DataProcessor", "worker")
    );
    assert_eq!(record.capabilities, agent.capabilities);
    assert_eq!(record.endpoints, agent.endpoints);
    assert_eq!(record.metadata, agent.metadata);
    assert_eq!(record.category, agent.category);
    assert_eq!(record.version, agent.version);
    assert_eq!(record.health.status, HealthStatus::Degraded);
    assert_eq!(record.health.cpu_percent, Some(95.5));
    assert_eq!(record.health.memory_percent, Some(32.1));
    assert_eq!(record.health.active_connections, Some(5.0));
    assert_eq!(record.health.error_count, Some(1.0));
    assert_eq!(record.health.uptime_seconds, Some(3600.5));
    assert_eq!(record.health.metrics["queue"], 7);
    assert!(record.health.last_check.is_some());
    assert!(record.heartbeat.enabled && record.heartbeat.last_beat.is_some());
    assert_eq!(record.heartbeat.interval_seconds, 1.0);
    assert_eq!(
        record.heartbeat.timeout_seconds,
        registered.heartbeat.timeout_seconds
    );
    let feels = soon(client.agent_health(&registered.id)).await.unwrap();
    assert_eq!(feels.agent_id, registered.id);
    assert_eq!(feels.health.status, HealthStatus::Degraded);

    let away = client.set_status(
        &registered.id,
        OperatorStatus::Maintenance,
        Some("new disk"),
    );
    assert_eq!(soon(away).await.unwrap().status, AgentStatus::Maintenance);
    let beat = soon(client.heartbeat(&registered.id, None)).await.unwrap();
    assert_eq!(beat.status, AgentStatus::Maintenance);

    // Refusals.
    let again = client.set_status(&registered.id, OperatorStatus::Maintenance, None);
    assert_eq!(
        code(soon(again).await),
        (409, ProblemCode::IllegalTransition)
    );
    let back = client.set_status(&registered.id, OperatorStatus::Active, None);
    assert_eq!(soon(back).await.unwrap().status, AgentStatus::Active);
    assert_eq!(
        code(soon(client.get("nobody")).await),
        (404, ProblemCode::AgentNotFound)
    );
    assert_eq!(
        code(soon(client.heartbeat("nobody", None)).await),
        (404, ProblemCode::AgentNotFound)
    );
    let wrong = Registration {
        capabilities: vec!["a".into(), "a".into()],
        ..Registration::new("", "worker")
    };
    let error = soon(client.register(&wrong)).await.unwrap_err();
    let problem = error.problem().unwrap();
    assert_eq!(
        (problem.status, &problem.code),
        (400, &Some(ProblemCode::ValidationFailed))
    );
    let fields: BTreeSet<&str> = problem
        .errors
        .iter()
        .map(|error| error.field.as_str())
        .collect();
    assert_eq!(
        fields,
        BTreeSet::from(["name", "capabilities[1]"]),
        "{problem:?}"
    );
    assert!(problem.request_id.is_some() && !problem.detail.is_empty());
    let wrong_url = RegistryClient::new(format!("{}/elsewhere", service.url)).unwrap();
    assert_eq!(
        code(soon(wrong_url.get("nobody")).await),
        (404, ProblemCode::RouteNotFound)
    );

    // Repeated under its key, a registration without an id leaves one agent.
    let nameless = Registration::new("Nameless", "scout");
    let first = soon(client.register_once(&nameless, "key-1"))
        .await
        .unwrap();
    let second = soon(client.register_once(&nameless, "key-1"))
        .await
        .unwrap();
    assert_eq!(first, second);
    let other = client.register_once(&agent, "key-1");
    assert_eq!(
        code(soon(other).await),
        (422, ProblemCode::IdempotencyKeyReused)
    );

    // Being found.
    for n in 2..=4 {
        let agent = Registration {
            capabilities: vec!["validation".into()],
            ..worker(&format!("data-processor-{n}"))
        };
        soon(client.register(&agent)).await.unwrap();
    }
    let able = DiscoverQuery {
        kind: Some("worker".into()),
        status: Some(AgentStatus::Active),
        capabilities: vec!["validation".into(), "data-transform".into()],
        ..DiscoverQuery::default()
    };
    let found = soon(client.discover(&able)).await.unwrap();
    assert_eq!(
        (found.total.unwrap(), found.agents[0].id.as_str()),
        (1, "data-processor-1")
    );
    let mut query = ListQuery {
        kinds: vec!["worker".into(), "nothing".into()],
        limit: Some(3),
        ..ListQuery::default()
    };
    let mut ids = Vec::new();
    loop {
        let page = soon(client.list(&query)).await.unwrap();
        assert_eq!(page.total, Some(4));
        ids.extend(page.agents.into_iter().map(|agent| agent.id));
        let Some(cursor) = page.next_cursor else {
            break;
        };
        query.cursor = Some(cursor);
    }
    assert_eq!(
        ids,
        (1..=4)
            .map(|n| format!("data-processor-{n}"))
            .collect::<Vec<_>>()
    );
    let of_team = ListQuery {
        metadata: [("team".to_owned(), "data".to_owned())].into(),
        capabilities: vec!["validation".into()],
        statuses: vec![AgentStatus::Active],
        health: vec![HealthStatus::Degraded],
        ..ListQuery::default()
    };
    // Lists know of a report as soon as it is written.
    soon(async { while client.list(&of_team).await.unwrap().total != Some(1) {} }).await;
    let everybody = soon(client.list(&ListQuery::default())).await.unwrap();
    assert_eq!(everybody.total, Some(5));

    // The end.
    let gone = soon(client.deregister(&registered.id)).await.unwrap();
    assert_eq!(
        (gone.id, gone.status),
        (registered.id.clone(), AgentStatus::Deregistered)
    );
    for refusal in [
        code(soon(client.deregister(&registered.id)).await),
        code(soon(client.get(&registered.id)).await),
        code(soon(client.heartbeat(&registered.id, None)).await),
    ] {
        assert_eq!(refusal, (404, ProblemCode::AgentDeregistered));
    }
}

#[tokio::test]
#[ignore = "needs Node and a build of the registry"]
async fn a_session_outlives_the_registry_its_outages_and_the_loss_of_its_data() {
    let mut service = Registry::start(&[]).await;
    let client = RegistryClient::new(&service.url).unwrap();
    let (tell, mut told) = mpsc::unbounded_channel();
    let session = AgentSession::builder(client.clone(), worker("lasting"))
        .health(|| HealthReport {
            cpu_percent: Some(12.5),
            ..HealthReport::default()
        })
        .on_event(move |event| {
            let _ = tell.send(match event {
                SessionEvent::Registered(_) => "registered".to_owned(),
                SessionEvent::Beat(_) => "beat".to_owned(),
                SessionEvent::Failed { error, .. } => match error.code() {
                    Some(code) => code.to_string(),
                    None => "no answer".to_owned(),
                },
                _ => "ended".to_owned(),
            });
        })
        .start();
    let session = soon(session).await.unwrap();
    assert_eq!(told_until(&mut told, "beat").await, ["registered", "beat"]);
    assert_eq!(
        soon(client.agent_health("lasting"))
            .await
            .unwrap()
            .health
            .cpu_percent,
        Some(12.5)
    );

    service.stop().await;
    told_until(&mut told, "no answer").await;
    service.resume().await;
    let seen = told_until(&mut told, "beat").await;
    assert!(!seen.contains(&"registered".to_owned()), "{seen:?}");

    service.stop().await;
    service.lose_data();
    service.resume().await;
    let seen = told_until(&mut told, "registered").await;
    assert!(seen.contains(&"agent_not_found".to_owned()), "{seen:?}");
    told_until(&mut told, "beat").await;
    assert_eq!(
        soon(client.get("lasting")).await.unwrap().status,
        AgentStatus::Active
    );

    soon(session.stop()).await.unwrap();
    assert_eq!(
        code(soon(client.get("lasting")).await),
        (404, ProblemCode::AgentDeregistered)
    );

    let unwanted = AgentSession::builder(client.clone(), worker("unwanted")).start();
    let unwanted = soon(unwanted).await.unwrap();
    soon(client.deregister("unwanted")).await.unwrap();
    soon(unwanted.ended()).await;
    assert_eq!(unwanted.status(), AgentStatus::Deregistered);
    soon(unwanted.stop()).await.unwrap();
}

#[tokio::test]
#[ignore = "needs Node and a build of the registry"]
async fn tokens_and_limits_are_kept() {
    const TOKENS: &str = r#"[
        { "name": "fleet", "sha256": "efc8ce7eda9d09a6c9ac455a007275879aa5a0815d40393525a8cda9c2ddf3f4", "scopes": ["agent"] },
        { "name": "reader", "sha256": "9d3ea38d1519e18d55f0d6ae774ee36930aca65308dfa7fcb66a27cbeed73cb7", "scopes": ["read"] }
    ]"#;
    let service = Registry::start(&[
        ("AUTH_MODE", "token"),
        ("AUTH_TOKENS", TOKENS),
        ("RATE_LIMIT_HEARTBEATS_PER_SECOND", "1"),
    ])
    .await;
    let nobody = RegistryClient::new(&service.url).unwrap();
    let unauthorized = (401, ProblemCode::Unauthorized);
    assert_eq!(
        code(soon(nobody.register(&worker("a-1"))).await),
        unauthorized
    );

    let with = |token: &str| {
        RegistryClient::builder(&service.url)
            .token(token)
            .build()
            .unwrap()
    };
    let fleet = with("token-of-the-fleet");
    let registered = soon(fleet.register(&worker("a-1"))).await.unwrap();
    let own = registered.token.expect("a token of its own");
    let reader = with("token-of-a-reader");
    assert_eq!(soon(reader.get("a-1")).await.unwrap().id, "a-1");
    let forbidden = (403, ProblemCode::InsufficientScope);
    assert_eq!(code(soon(reader.deregister("a-1")).await), forbidden);
    let switch = fleet.set_status("a-1", OperatorStatus::Maintenance, None);
    assert_eq!(code(soon(switch).await), forbidden);

    // With the agent's own token, which each registration replaces.
    let agent = with(own.reveal());
    soon(agent.heartbeat("a-1", None)).await.unwrap();
    let second = soon(agent.register(&worker("a-1"))).await.unwrap();
    soon(agent.heartbeat("a-1", None)).await.unwrap();
    assert_eq!(
        code(soon(with(own.reveal()).heartbeat("a-1", None)).await),
        unauthorized
    );

    // Replaced without a registration, the one before is accepted for a while.
    let before = with(second.token.expect("another one").reveal());
    let rotated = soon(agent.rotate_token("a-1", None)).await.unwrap();
    assert!(rotated.previous_valid_until.is_some());
    for client in [&before, &agent, &with(rotated.token.reveal())] {
        let identity = soon(client.whoami()).await.unwrap();
        assert_eq!(
            (identity.kind, identity.name.as_deref()),
            (CallerKind::Agent, Some("a-1"))
        );
    }
    soon(agent.rotate_token("a-1", Some(Duration::ZERO)))
        .await
        .unwrap();
    assert_eq!(code(soon(before.whoami()).await), unauthorized);
    let identity = soon(reader.whoami()).await.unwrap();
    assert_eq!(identity.scopes, [Scope::Read]);

    let refused = loop {
        match soon(agent.heartbeat("a-1", None)).await {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(
        (refused.status(), refused.code()),
        (Some(429), Some(&ProblemCode::RateLimited))
    );
    assert!(refused.is_transient());
    assert!(refused
        .retry_after()
        .is_some_and(|wait| wait > Duration::ZERO));
    soon(agent.deregister("a-1")).await.unwrap();
}

#[tokio::test]
#[ignore = "needs Node and a build of the registry"]
async fn events_and_a_watch_go_on_through_a_restart() {
    let mut service = Registry::start(&[("HEARTBEAT_TIMEOUT_SECONDS", "86400")]).await;
    let client = RegistryClient::new(&service.url).unwrap();
    soon(client.register(&worker("a"))).await.unwrap();
    let workers = WatchQuery {
        agents: ListQuery {
            kinds: vec!["worker".into()],
            filter: Some(r#"agent.status == "active""#.into()),
            ..ListQuery::default()
        },
        ..WatchQuery::default()
    };
    let mut watch = client.watch(&workers);
    let mut events = client.events(&EventQuery::default());
    assert_eq!(soon(events.next()).await.unwrap().agent_id, "a");
    while soon(watch.next()).await.unwrap() != Change::Synced {}
    assert_eq!(watch.agents().keys().collect::<Vec<_>>(), ["a"]);

    service.stop().await;
    service.resume().await;
    soon(client.register(&worker("b"))).await.unwrap();
    soon(client.set_status("a", OperatorStatus::Maintenance, None))
        .await
        .unwrap();
    let appeared = soon(watch.next()).await.unwrap();
    assert!(
        matches!(&appeared, Change::Upsert(agent) if agent.id == "b"),
        "{appeared:?}"
    );
    let (id, cause) = ("a".to_owned(), RemovalCause::Left);
    assert_eq!(
        soon(watch.next()).await.unwrap(),
        Change::Remove { id, cause }
    );
    assert_eq!(watch.agents().keys().collect::<Vec<_>>(), ["b"]);

    let mut told = Vec::new();
    for _ in 0..2 {
        let event = soon(events.next()).await.unwrap();
        told.push((event.agent_id, event.kind, event.to.unwrap()));
    }
    let expected = [
        ("b", "registered", AgentStatus::Active),
        ("a", "status_changed", AgentStatus::Maintenance),
    ];
    assert_eq!(
        told,
        expected.map(|(id, kind, to)| (id.to_owned(), kind.to_owned(), to))
    );

    let invalid = EventQuery {
        filter: Some("1 +".into()),
        ..EventQuery::default()
    };
    let refused = soon(client.events(&invalid).next()).await;
    assert_eq!(code(refused), (400, ProblemCode::InvalidFilter));
}
