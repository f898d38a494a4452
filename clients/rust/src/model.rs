//! What is sent and what comes back, as `openapi.json` has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::client::Token;
use crate::skill::{Dependency, Skill};

/// An enumeration of strings that keeps what it does not know.
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
            /// A value that this version does not know, as it came.
            Other(String),
        }

        impl $name {
            /// The value as it is in JSON.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $($text => Self::$variant,)+
                    _ => Self::Other(text),
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use open_enum;

open_enum! {
    /// Lifecycle: whether the agent is there. How it feels is its [`HealthStatus`].
    AgentStatus {
        /// It is there.
        Active = "active",
        /// Silent for longer than its timeout.
        Unhealthy = "unhealthy",
        /// Silent for long, or a definition that was never alive.
        Inactive = "inactive",
        /// Taken out of service by an operator; its silence does not matter.
        Maintenance = "maintenance",
        /// Shut in by an operator: it may beat and read itself, and nothing else.
        Quarantined = "quarantined",
        /// Gone.
        Deregistered = "deregistered",
    }
}

open_enum! {
    /// Who asks.
    CallerKind {
        /// A client, by a token of the registry's list or a JWT.
        Client = "client",
        /// An agent, by its own token.
        Agent = "agent",
        /// Access control is off: everybody may do everything.
        Anonymous = "anonymous",
    }
}

open_enum! {
    /// What a token may be good for.
    Scope {
        /// Reading.
        Read = "read",
        /// Registering agents, and all that concerns those.
        Agent = "agent",
        /// Reading, setting statuses and deregistering.
        Operate = "operate",
        /// Everything.
        Admin = "admin",
    }
}

open_enum! {
    /// How an agent feels.
    HealthStatus {
        /// All is well.
        Healthy = "healthy",
        /// It works, but not well (CPU or memory from 90 %, when it is worked out).
        Degraded = "degraded",
        /// It does not work (from 98 %).
        Unhealthy = "unhealthy",
        /// It has not said so far.
        Unknown = "unknown",
        /// Its last report is older than its timeout. Never reported by agents themselves.
        Stale = "stale",
    }
}

open_enum! {
    /// How the registry itself is.
    ServiceStatus {
        /// All is well.
        Healthy = "healthy",
        /// It does its work, but something it uses is away.
        Degraded = "degraded",
        /// It cannot reach its database.
        Unhealthy = "unhealthy",
    }
}

/// What an operator may set: see [`RegistryClient::set_status`](crate::RegistryClient::set_status).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OperatorStatus {
    /// Back in service.
    Active,
    /// Out of service: not counted as silent, and not found by those who look for active agents.
    Maintenance,
    /// Shut in: listed and never discovered; it may beat and read itself, and nothing else.
    Quarantined,
}

/// What an agent registers. [`Registration::new`] leaves out all that may be left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Registration {
    /// The agent's own id, 1 to 255 of `A-Z a-z 0-9 . _ : -`: with it, it is the same agent after a restart. Without, the
    /// registry makes one up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// 1 to 255 characters.
    pub name: String,
    /// 1 to 100 characters (`type`).
    #[serde(rename = "type")]
    pub kind: String,
    /// At most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// At most 50 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What the agent can do: at most 256, unique, of 1 to 256 characters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// Absolute URIs by name, at most 64.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub endpoints: BTreeMap<String, String>,
    /// Anything else: at most 64 KiB as JSON, at most 8 levels.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
    /// How often it means to beat. Left out: every 10 seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<HeartbeatSettings>,
    /// What it is good for, in words for people and models; at most 4096 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it runs, from the large to the small: `eu/de/fra1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// Tells this process from others under the same id, 1 to 64 characters. A session makes one up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incarnation: Option<String>,
    /// What it can do, in detail: at most 64, at most 64 KiB as JSON.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<Skill>,
    /// Actions that may be asked of it: `restart`, `drain`, or names of its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accepts: Vec<String>,
    /// Agents that it needs for its work, at most 64.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<Dependency>,
}

impl Registration {
    /// An agent of this name and type, and nothing else.
    pub fn new(name: impl Into<String>, kind: impl Into<String>) -> Self {
        Self {
            id: None,
            name: name.into(),
            kind: kind.into(),
            category: None,
            version: None,
            capabilities: Vec::new(),
            endpoints: BTreeMap::new(),
            metadata: Map::new(),
            heartbeat: None,
            description: None,
            locality: None,
            incarnation: None,
            skills: Vec::new(),
            accepts: Vec::new(),
            depends_on: Vec::new(),
        }
    }
}

/// How often an agent means to beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HeartbeatSettings {
    /// Seconds between two heartbeats, 1 to 3600.
    pub interval_seconds: u32,
    /// `false`: nobody waits for heartbeats, and silence does not matter.
    pub enabled: bool,
}

impl Default for HeartbeatSettings {
    fn default() -> Self {
        Self {
            interval_seconds: 10,
            enabled: true,
        }
    }
}

/// The answer to a registration.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Registered {
    /// The agent's id, its own or made up by the registry.
    pub id: String,
    /// As registered.
    #[serde(default)]
    pub name: String,
    /// [`AgentStatus::Active`].
    pub status: AgentStatus,
    /// When this id was registered first (RFC 3339, UTC).
    pub registered_at: String,
    /// How often to beat.
    pub heartbeat: Cadence,
    /// The process that the agent is now, as it registered; `None`: it did not say.
    #[serde(default)]
    pub incarnation: Option<String>,
    /// The agent's own bearer token, told only here; the one before it is void. `None` when the registry asks for no tokens,
    /// and in the answer to a repetition.
    #[serde(default)]
    pub token: Option<Token>,
}

/// A new token of an agent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct RotatedToken {
    /// The agent's id.
    pub id: String,
    /// The agent's own bearer token, told only here.
    pub token: Token,
    /// When it ends, unless it is used (RFC 3339, UTC).
    #[serde(default)]
    pub expires_at: String,
    /// Until when the token before it is accepted (RFC 3339, UTC); `None`: it is void.
    #[serde(default)]
    pub previous_valid_until: Option<String>,
}

/// Whose token it is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Identity {
    /// The client's name or the agent's id; `None` while access control is off.
    #[serde(default)]
    pub name: Option<String>,
    /// Client, agent, or anonymous.
    pub kind: CallerKind,
    /// What the token is good for.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// Which agents it is restricted to; `None`: it is not.
    #[serde(default, rename = "where")]
    pub restriction: Option<String>,
    /// When it ends (RFC 3339, UTC); `None`: it does not.
    #[serde(default)]
    pub expires_at: Option<String>,
    /// Of an agent: the client that owns it.
    #[serde(default)]
    pub owner: Option<String>,
}

/// How often to beat, and when silence counts.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Cadence {
    /// Beat this often.
    pub interval_seconds: f64,
    /// Silence that makes the agent unhealthy.
    pub timeout_seconds: f64,
}

/// What an agent may say of itself with a heartbeat. All of it may be left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct HealthReport {
    /// Left out: worked out from CPU and memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<HealthStatus>,
    /// Why, in words for people; at most 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_percent: Option<f64>,
    /// 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_percent: Option<f64>,
    /// Open connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_connections: Option<u64>,
    /// Errors so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_count: Option<u64>,
    /// Seconds since the agent started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uptime_seconds: Option<f64>,
    /// Anything else, at most 16 KiB as JSON.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub metrics: Map<String, Value>,
}

/// What a heartbeat says beside that the agent is alive; each one says it anew.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Beat {
    /// How the agent feels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<HealthReport>,
    /// Whether it takes work now. Left out: as it is alive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready: Option<bool>,
    /// How busy it is, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load: Option<f64>,
    /// The process that sends it, as it registered: another one than the agent is now is refused as
    /// [`Superseded`](crate::ProblemCode::Superseded).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incarnation: Option<String>,
}

/// The answer to a heartbeat.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct HeartbeatResponse {
    /// Whose it was.
    pub id: String,
    /// When it was heard (RFC 3339, UTC).
    #[serde(default)]
    pub last_beat: Option<String>,
    /// [`AgentStatus::Maintenance`]: an operator has taken the agent out of service; it should take no new work.
    pub status: AgentStatus,
    /// Beat again after this many seconds. More than the agent's own interval when the fleet is too much for the registry.
    pub next_heartbeat_seconds: f64,
    /// Silence that makes the agent unhealthy.
    pub timeout_seconds: f64,
}

/// An agent, as lists and discoveries have it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct AgentSummary {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type (`type`).
    #[serde(rename = "type")]
    pub kind: String,
    /// Its category.
    #[serde(default)]
    pub category: Option<String>,
    /// Its version.
    #[serde(default)]
    pub version: Option<String>,
    /// Whether it is there.
    pub status: AgentStatus,
    /// What it can do.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// Where it is: absolute URIs by name.
    #[serde(default)]
    pub endpoints: BTreeMap<String, String>,
    /// Where it runs: `eu/de/fra1`.
    #[serde(default)]
    pub locality: Option<String>,
    /// When it was registered first (RFC 3339, UTC).
    pub registered_at: String,
    /// When it was heard last (RFC 3339, UTC). `None`: a definition that was never alive.
    #[serde(default)]
    pub last_seen: Option<String>,
}

/// The whole record of an agent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Agent {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type (`type`).
    #[serde(rename = "type")]
    pub kind: String,
    /// Its category.
    #[serde(default)]
    pub category: Option<String>,
    /// Its version.
    #[serde(default)]
    pub version: Option<String>,
    /// Whether it is there.
    pub status: AgentStatus,
    /// What it can do.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// Where it is: absolute URIs by name.
    #[serde(default)]
    pub endpoints: BTreeMap<String, String>,
    /// Where it runs: `eu/de/fra1`.
    #[serde(default)]
    pub locality: Option<String>,
    /// When it was registered first (RFC 3339, UTC).
    pub registered_at: String,
    /// When it was heard last (RFC 3339, UTC). `None`: a definition that was never alive.
    #[serde(default)]
    pub last_seen: Option<String>,
    /// Anything else that it registered.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// How it feels.
    pub health: Health,
    /// How often it beats, and did.
    pub heartbeat: Heartbeat,
    /// What it is good for.
    #[serde(default)]
    pub description: Option<String>,
    /// What it can do, in detail.
    #[serde(default)]
    pub skills: Vec<Skill>,
    /// Actions that may be asked of it.
    #[serde(default)]
    pub accepts: Vec<String>,
    /// Agents that it needs for its work.
    #[serde(default)]
    pub depends_on: Vec<Dependency>,
    /// The process that it is now, as it registered.
    #[serde(default)]
    pub incarnation: Option<String>,
    /// It is active, and all that it requires is available.
    #[serde(default)]
    pub available: bool,
}

/// How an agent feels, by its last report.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Health {
    /// As reported, else worked out from the figures.
    pub status: HealthStatus,
    /// Whether it takes work now.
    #[serde(default)]
    pub ready: bool,
    /// How busy it is, 0 to 1, by its last heartbeat.
    #[serde(default)]
    pub load: Option<f64>,
    /// Why, as the agent said it.
    #[serde(default)]
    pub message: Option<String>,
    /// 0 to 100.
    #[serde(default)]
    pub cpu_percent: Option<f64>,
    /// 0 to 100.
    #[serde(default)]
    pub memory_percent: Option<f64>,
    /// Seconds since it started.
    #[serde(default)]
    pub uptime_seconds: Option<f64>,
    /// Open connections.
    #[serde(default)]
    pub active_connections: Option<f64>,
    /// Errors so far.
    #[serde(default)]
    pub error_count: Option<f64>,
    /// Anything else that it reported.
    #[serde(default)]
    pub metrics: Map<String, Value>,
    /// When the last report came (RFC 3339, UTC).
    #[serde(default)]
    pub last_check: Option<String>,
}

/// How often an agent beats, and did.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Heartbeat {
    /// Seconds between two heartbeats, as it registered.
    pub interval_seconds: f64,
    /// `false`: nobody waits for heartbeats.
    pub enabled: bool,
    /// When the last one was heard (RFC 3339, UTC).
    #[serde(default)]
    pub last_beat: Option<String>,
    /// Whole intervals since then, when the answer was made.
    #[serde(default)]
    pub missed_beats: u64,
    /// Silence that makes it unhealthy, in seconds.
    pub timeout_seconds: f64,
}

/// The health of one agent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct AgentHealth {
    /// Whose it is.
    pub agent_id: String,
    /// Whether it is there.
    pub status: AgentStatus,
    /// How it feels.
    pub health: Health,
    /// When it was heard last (RFC 3339, UTC).
    #[serde(default)]
    pub last_seen: Option<String>,
}

/// Which agents to list. Criteria that are left out do not count; several of `kinds`, `statuses` or `categories` mean any
/// of them, all else must hold together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListQuery {
    /// Any of these types.
    pub kinds: Vec<String>,
    /// Any of these lifecycle statuses.
    pub statuses: Vec<AgentStatus>,
    /// Any of these categories.
    pub categories: Vec<String>,
    /// Exactly this name.
    pub name: Option<String>,
    /// Exactly this version.
    pub version: Option<String>,
    /// All of these capabilities.
    pub capabilities: Vec<String>,
    /// Any of these health statuses.
    pub health: Vec<HealthStatus>,
    /// Metadata of these values: strings, or what a number, `true` or `false` look like as text.
    pub metadata: BTreeMap<String, String>,
    /// An expression (CEL) that must be true.
    pub filter: Option<String>,
    /// `id` (left out), `name`, `type`, `category`, `version`, `registered_at`, `status` or `last_seen`; ` desc` behind
    /// it turns it round.
    pub order_by: Option<String>,
    /// `Some(false)`: do not count all that match.
    pub include_total: Option<bool>,
    /// At most so many on a page, 1 to 1000. Left out: 100.
    pub limit: Option<u16>,
    /// [`AgentPage::next_cursor`] of the page before.
    pub cursor: Option<String>,
}

impl ListQuery {
    /// Names and values of the query string.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        let mut parameters: Vec<(String, String)> = Vec::new();
        let mut add =
            |name: &str, value: &str| parameters.push((name.to_owned(), value.to_owned()));
        self.kinds.iter().for_each(|kind| add("type", kind));
        self.statuses
            .iter()
            .for_each(|status| add("status", status.as_str()));
        self.categories
            .iter()
            .for_each(|category| add("category", category));
        self.capabilities
            .iter()
            .for_each(|capability| add("capability", capability));
        for (name, value) in [
            ("name", &self.name),
            ("version", &self.version),
            ("filter", &self.filter),
            ("order_by", &self.order_by),
            ("cursor", &self.cursor),
        ] {
            if let Some(value) = value {
                add(name, value);
            }
        }
        self.health
            .iter()
            .for_each(|health| add("health", health.as_str()));
        if let Some(include_total) = self.include_total {
            add("include_total", &include_total.to_string());
        }
        if let Some(limit) = self.limit {
            add("limit", &limit.to_string());
        }
        for (key, value) in &self.metadata {
            add(&format!("metadata.{key}"), value);
        }
        parameters
    }
}

/// Which agents to find; all criteria must hold together.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DiscoverQuery {
    /// This type (`type`).
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// This category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// This lifecycle status: [`AgentStatus::Active`] for those that can be given work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<AgentStatus>,
    /// All of these capabilities.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// An expression (CEL) that must be true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// As [`ListQuery::order_by`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<String>,
    /// `Some(false)`: do not count all that match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_total: Option<bool>,
    /// At most so many on a page, 1 to 1000. Left out: 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u16>,
    /// [`AgentPage::next_cursor`] of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// One page of agents.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct AgentPage {
    /// Those on this page.
    pub agents: Vec<AgentSummary>,
    /// All that match, on this page or not; `None` where they were not to be counted.
    #[serde(default)]
    pub total: Option<u64>,
    /// Asks for the next page; `None`: this is the last one.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// The answer to a deregistration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Deregistered {
    /// Who is gone.
    pub id: String,
    /// [`AgentStatus::Deregistered`].
    pub status: AgentStatus,
}

/// How the registry is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct ServiceHealth {
    /// In one word.
    pub status: ServiceStatus,
    /// Of each thing that it uses.
    #[serde(default)]
    pub details: Map<String, Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_value, json, to_value};

    #[test]
    fn a_registration_says_only_what_was_given() {
        let least = Registration::new("DataProcessor", "worker");
        assert_eq!(
            to_value(&least).unwrap(),
            json!({ "name": "DataProcessor", "type": "worker" })
        );
        let more = Registration {
            id: Some("a-1".into()),
            endpoints: [("api".to_owned(), "http://localhost:5000".to_owned())].into(),
            heartbeat: Some(HeartbeatSettings {
                interval_seconds: 5,
                ..HeartbeatSettings::default()
            }),
            ..least
        };
        assert_eq!(
            to_value(&more).unwrap(),
            json!({
                "id": "a-1", "name": "DataProcessor", "type": "worker",
                "endpoints": { "api": "http://localhost:5000" },
                "heartbeat": { "interval_seconds": 5, "enabled": true },
            })
        );
    }

    #[test]
    fn what_later_versions_add_is_ignored_or_kept() {
        let answer: HeartbeatResponse = from_value(json!({
            "id": "a-1", "last_beat": "2026-10-08T15:32:10.000Z", "status": "draining", "next_heartbeat_seconds": 2.5,
            "timeout_seconds": 30, "colour": { "of": "the sky" },
        }))
        .unwrap();
        assert_eq!(answer.status, AgentStatus::Other("draining".into()));
        assert_eq!(answer.status.to_string(), "draining");
        assert_eq!(to_value(&answer.status).unwrap(), json!("draining"));
        assert_eq!(answer.next_heartbeat_seconds, 2.5);
    }

    #[test]
    fn a_record_without_its_lesser_members_is_read_all_the_same_and_one_without_id_is_not() {
        let least = json!({ "id": "a", "name": "n", "type": "t", "status": "active", "registered_at": "2026-10-08T15:30:00.000Z" });
        let summary: AgentSummary = from_value(least.clone()).unwrap();
        assert_eq!((summary.category, summary.capabilities), (None, vec![]));
        let mut nobody = least;
        nobody.as_object_mut().unwrap().remove("id");
        assert!(from_value::<AgentSummary>(nobody).is_err());
    }

    #[test]
    fn a_query_repeats_what_may_be_any_of_several() {
        let query = ListQuery {
            kinds: vec!["worker".into(), "planner".into()],
            statuses: vec![AgentStatus::Active],
            capabilities: vec!["a b".into()],
            metadata: [("team".to_owned(), "data".to_owned())].into(),
            limit: Some(2),
            ..ListQuery::default()
        };
        let pairs = query.parameters();
        let texts: Vec<String> = pairs.iter().map(|(n, v)| format!("{n}={v}")).collect();
        assert_eq!(
            texts,
            [
                "type=worker",
                "type=planner",
                "status=active",
                "capability=a b",
                "limit=2",
                "metadata.team=data"
            ]
        );
    }
}
