//! Client of the NOA ARK OS agent registry.
//!
//! [`RegistryClient`] has one method for each request that agents and those who look for them need. [`AgentSession`] keeps
//! an agent registered: it beats as often as the registry asks for, registers again when the registry does not know the
//! agent any more, waits when the registry cannot answer, and deregisters at the end.
//!
//! ```no_run
//! use agent_registry_client::{AgentSession, HealthReport, Registration, RegistryClient};
//!
//! # async fn agent() -> Result<(), agent_registry_client::Error> {
//! let registry = RegistryClient::new("http://localhost:8080")?;
//! let agent = Registration {
//!     id: Some("data-processor-1".into()),
//!     capabilities: vec!["data-transform".into()],
//!     ..Registration::new("DataProcessor", "worker")
//! };
//! let session = AgentSession::builder(registry, agent)
//!     .health(|| HealthReport { cpu_percent: Some(15.5), ..HealthReport::default() })
//!     .start()
//!     .await?;
//! // … the agent's work …
//! session.stop().await
//! # }
//! ```
//!
//! Reading is tolerant: members that this version does not know are ignored, values of enumerations that it does not know
//! are kept (`Other`), and of a record's members only those may not be missing without which it says nothing.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod client;
mod error;
mod graph;
mod model;
mod pause;
mod session;
mod skill;
mod stream;

pub use client::{RegistryClient, RegistryClientBuilder, Token};
pub use error::{Error, FieldError, Problem, ProblemCode};
pub use graph::{
    BrokenAgent, DegradedAgent, FailedRequirement, Graph, GraphEdge, GraphNode, Impact, NearMiss,
    UnresolvedDependency,
};
pub use model::{
    Agent, AgentHealth, AgentPage, AgentStatus, AgentSummary, Beat, Cadence, CallerKind,
    Deregistered, DiscoverQuery, Health, HealthReport, HealthStatus, Heartbeat, HeartbeatResponse,
    HeartbeatSettings, Identity, ListQuery, OperatorStatus, Registered, Registration, RotatedToken,
    Scope, ServiceHealth, ServiceStatus,
};
pub use session::{AgentSession, SessionBuilder, SessionEvent};
pub use skill::{Dependency, Skill};
pub use stream::{
    Change, Event, EventQuery, Events, RemovalCause, Watch, WatchQuery, WatchedHealth,
};

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
