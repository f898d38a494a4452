//! An agent that is registered until Ctrl-C: `cargo run --example agent -- http://localhost:8080 data-processor-1`.
//! A token is read from `AGENT_REGISTRY_TOKEN`.

use std::env;
use std::time::Instant;

use agent_registry_client::{
    AgentSession, HealthReport, Registration, RegistryClient, SessionEvent,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args().skip(1);
    let url = arguments
        .next()
        .unwrap_or_else(|| "http://localhost:8080".into());
    let mut registry = RegistryClient::builder(url);
    if let Ok(token) = env::var("AGENT_REGISTRY_TOKEN") {
        registry = registry.token(token);
    }
    let agent = Registration {
        id: arguments.next(),
        capabilities: vec!["data-transform".into(), "validation".into()],
        ..Registration::new("DataProcessor", "worker")
    };

    let started = Instant::now();
    let session = AgentSession::builder(registry.build()?, agent)
        .health(move || HealthReport {
            uptime_seconds: Some(started.elapsed().as_secs_f64()),
            ..HealthReport::default()
        })
        .on_event(|event| match event {
            SessionEvent::Registered(agent) => println!("registered as {}", agent.id),
            SessionEvent::Failed { error, retry_in } => {
                eprintln!("{error}; again in {retry_in:.1?}");
            }
            SessionEvent::Deregistered => println!("deregistered by somebody else"),
            _ => {}
        })
        .start()
        .await?;

    tokio::select! {
        () = session.ended() => {}
        result = tokio::signal::ctrl_c() => result?,
    }
    Ok(session.stop().await?)
}
