//! Who depends on whom, and what breaks.

use crate::AgentStatus;
use serde::Deserialize;

/// Agents and how they depend on each other.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Graph {
    /// The agents.
    pub nodes: Vec<GraphNode>,
    /// Each dependency with each active agent that meets it.
    pub edges: Vec<GraphEdge>,
    /// Groups of agents that depend on each other in circles.
    #[serde(default)]
    pub cycles: Vec<Vec<String>>,
    /// Dependencies that no active agent meets.
    #[serde(default)]
    pub unresolved: Vec<UnresolvedDependency>,
    /// There is more than fits into one answer.
    #[serde(default)]
    pub truncated: bool,
}

/// An agent of a [`Graph`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct GraphNode {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type (`type`).
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it is there.
    pub status: AgentStatus,
    /// It is active, and all that it requires is available.
    pub available: bool,
}

/// A dependency of one agent that another one meets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct GraphEdge {
    /// Who depends on the other one.
    pub from: String,
    /// Who meets the dependency.
    pub to: String,
    /// The name of the dependency, or what it says.
    pub dependency: String,
    /// The agent is not available without it.
    pub required: bool,
    /// Of the dependency as a whole: `satisfied`, `degraded` or `unsatisfied`.
    pub state: String,
}

/// A dependency that no active agent meets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct UnresolvedDependency {
    /// Whose it is.
    pub from: String,
    /// The name of the dependency, or what it says.
    pub dependency: String,
    /// The agent is not available without it.
    pub required: bool,
    /// Agents that nearly meet it.
    #[serde(default)]
    pub near_misses: Vec<NearMiss>,
}

/// An agent that meets some of what a selector says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct NearMiss {
    /// The agent.
    pub id: String,
    /// What it does not meet.
    pub failed: Vec<FailedRequirement>,
}

/// What an agent does not meet.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct FailedRequirement {
    /// The member of the selector that says it.
    pub requirement: String,
    /// As it was written.
    pub text: String,
    /// Where in a filter it begins, from 1.
    #[serde(default)]
    pub line: Option<u32>,
    /// Likewise.
    #[serde(default)]
    pub column: Option<u32>,
}

/// What happens to others when agents stop.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Impact {
    /// Agents that would not be available any more.
    pub breaks: Vec<BrokenAgent>,
    /// Agents that would be available, and lack something.
    #[serde(default)]
    pub degrades: Vec<DegradedAgent>,
    /// How many others would notice nothing.
    pub safe: u64,
    /// Capabilities that no other active agent has.
    #[serde(default)]
    pub last_providers_of: Vec<String>,
    /// There is more than fits into one answer.
    #[serde(default)]
    pub truncated: bool,
}

/// An agent that would not be available any more.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct BrokenAgent {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type (`type`).
    #[serde(rename = "type")]
    pub kind: String,
    /// From it by what it requires to one of those that stop.
    pub path: Vec<String>,
}

/// An agent that would lack something that it can do without.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct DegradedAgent {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type (`type`).
    #[serde(rename = "type")]
    pub kind: String,
    /// The dependencies that would be met less well.
    pub dependencies: Vec<String>,
}
