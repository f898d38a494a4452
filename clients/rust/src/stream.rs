//! Streams: the feed of events, and the watch of agents.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use reqwest::{header::ACCEPT, Method, Response, Url};
use serde::de::DeserializeOwned;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::client::{Answer, RegistryClient};
use crate::error::{Error, Problem};
use crate::model::{open_enum, Agent, AgentStatus, Health, ListQuery};
use crate::pause;

/// The registry writes at least every 15 seconds.
const SILENCE: Duration = Duration::from_secs(45);
const LONGEST_BACKOFF: Duration = Duration::from_secs(15);
/// Longer than any record.
const LONGEST_LINE: usize = 64 << 20;

/// Which events to follow, and from where.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventQuery {
    /// A cursor, or `now`. Left out: the oldest that is kept.
    pub after: Option<String>,
    /// Any of these types, as `status_changed`.
    pub types: Vec<String>,
    /// Of any of these agents.
    pub agent_ids: Vec<String>,
    /// An expression (CEL) over `event` and `agent` that must be true.
    pub filter: Option<String>,
}

/// What has become of an agent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// Whose it is.
    pub agent_id: String,
    /// Its number in the log. Of one agent, numbers grow in the order of its changes.
    pub revision: u64,
    /// What has happened: `registered`, `updated`, `status_changed`, `deregistered` …
    #[serde(rename = "type")]
    pub kind: String,
    /// What has made it: `registration`, `operator`, `silence`, `heartbeat` …
    #[serde(default)]
    pub cause: Option<String>,
    /// Who has made it.
    #[serde(default)]
    pub actor: Option<Actor>,
    /// The registry's own id of the request that made it.
    #[serde(default)]
    pub request_id: Option<String>,
    /// The id that the client sent with that request.
    #[serde(default)]
    pub client_request_id: Option<String>,
    /// The status before.
    #[serde(default)]
    pub from: Option<AgentStatus>,
    /// The status after.
    #[serde(default)]
    pub to: Option<AgentStatus>,
    /// Why, in words for people.
    #[serde(default)]
    pub reason: Option<String>,
    /// When (RFC 3339, UTC).
    pub occurred_at: String,
    /// More: name, type, generation, and of changes what was written.
    #[serde(default)]
    pub data: Map<String, Value>,
    /// The agent as it is now. `None`: it is gone.
    #[serde(default)]
    pub agent: Option<Agent>,
    /// Where to go on after it: [`EventQuery::after`].
    #[serde(default)]
    pub cursor: String,
}

/// Who has made a change.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Actor {
    /// `client`, `agent`, `system` or `anonymous`.
    pub kind: String,
    /// The client's name, the agent's id, or the part of the registry.
    #[serde(default)]
    pub name: Option<String>,
}

open_enum! {
    /// Why an agent does not match any more.
    RemovalCause {
        /// It is deregistered.
        Deregistered = "deregistered",
        /// It is another one than was asked for, or the token is not for it any more.
        Left = "left",
        /// It went during an outage that was longer than the registry keeps events.
        Missed = "missed",
    }
}

/// How an agent of a watch is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct WatchedHealth {
    /// Whose it is.
    pub id: String,
    /// Whether it is there.
    pub status: AgentStatus,
    /// How it feels.
    pub health: Health,
    /// When it was heard last (RFC 3339, UTC).
    #[serde(default)]
    pub last_seen: Option<String>,
}

/// What has changed among the agents that match.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// An agent matches, and is now like this.
    Upsert(Box<Agent>),
    /// An agent does not match any more.
    Remove {
        /// Which.
        id: String,
        /// Why.
        cause: RemovalCause,
    },
    /// Status, health and last sign of life of the agents, where [`WatchQuery::health_interval`] asks for them; empty when more
    /// than 1,000 match.
    Health(Vec<WatchedHealth>),
    /// [`Watch::agents`] is complete: once at first, and each time that the watch had to begin anew.
    Synced,
}

/// Which agents to watch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WatchQuery {
    /// Which agents. `order_by`, `include_total`, `limit` and `cursor` are for lists alone, and refused.
    pub agents: ListQuery,
    /// How often their health is refreshed: 5 to 3,600 seconds. Left out: not at all.
    pub health_interval: Option<Duration>,
}

impl RegistryClient {
    /// Follows the events of all agents that match (`GET /events/stream`): those after the cursor, then those that come. It
    /// connects by itself, again where it was, and waits while the registry is away.
    pub fn events(&self, query: &EventQuery) -> Events {
        let mut url = self.url(&["events", "stream"]);
        {
            let mut pairs = url.query_pairs_mut();
            query.types.iter().for_each(|kind| {
                pairs.append_pair("type", kind);
            });
            query.agent_ids.iter().for_each(|id| {
                pairs.append_pair("agent_id", id);
            });
            if let Some(filter) = &query.filter {
                pairs.append_pair("filter", filter);
            }
        }
        Events {
            messages: Messages::new(self, url, query.after.clone()),
        }
    }

    /// Watches the agents that match (`GET /agents/watch`): first all of them, then each change. It connects by itself, again
    /// where it was, and waits while the registry is away.
    pub fn watch(&self, query: &WatchQuery) -> Watch {
        let mut url = self.url(&["agents", "watch"]);
        {
            let mut pairs = url.query_pairs_mut();
            pairs.extend_pairs(query.agents.parameters());
            if let Some(interval) = query.health_interval {
                pairs.append_pair("health_interval", &interval.as_secs().to_string());
            }
        }
        Watch {
            messages: Messages::new(self, url, None),
            agents: BTreeMap::new(),
            listed: Some(HashSet::new()),
            missed: None,
        }
    }
}

/// The events of a log, one after the other.
#[derive(Debug)]
pub struct Events {
    messages: Messages,
}

impl Events {
    /// The next event, once there is one. Dropped while it waits, nothing is lost: the next call goes on there.
    ///
    /// # Errors
    /// What waiting does not change: a refusal, with 410 of a cursor that the log does not go on from. Transient errors are
    /// waited out. After an error the next call connects again.
    pub async fn next(&mut self) -> Result<Event, Error> {
        loop {
            let Message { id, event, data } = self.messages.next().await?;
            match event.as_str() {
                "bookmark" | BEGINNING => {}
                "gone" => {
                    self.messages.disconnected(None);
                    return Err(Error::Problem(Box::new(Problem::gone(data))));
                }
                _ => {
                    let mut event: Event =
                        parsed(data.get("data").unwrap_or(&Value::Null).clone())?;
                    event.cursor = id.unwrap_or_default();
                    return Ok(event);
                }
            }
        }
    }

    /// Where to go on: after the last event, or after what came since and was not asked for.
    pub fn cursor(&self) -> Option<&str> {
        self.messages.after.as_deref()
    }
}

/// The agents that match, as of the last change that was read.
#[derive(Debug)]
pub struct Watch {
    messages: Messages,
    agents: BTreeMap<String, Agent>,
    /// What has come of the first part, while it comes.
    listed: Option<HashSet<String>>,
    /// Once the first part is complete: what it did not have, to be told before that.
    missed: Option<Vec<String>>,
}

impl Watch {
    /// The agents that match, by id, as far as they have come.
    pub fn agents(&self) -> &BTreeMap<String, Agent> {
        &self.agents
    }

    /// Whether [`agents`](Self::agents) has all that match: not at the start, and not while the watch begins anew.
    pub fn is_synced(&self) -> bool {
        self.listed.is_none()
    }

    /// The next change, once there is one; [`agents`](Self::agents) has it by then. Dropped while it waits, nothing is lost.
    /// It has to be called for the agents to stay current.
    ///
    /// # Errors
    /// A refusal that waiting does not change. Transient errors are waited out. After an error the next call connects again.
    pub async fn next(&mut self) -> Result<Change, Error> {
        loop {
            if let Some(missed) = &mut self.missed {
                let Some(id) = missed.pop() else {
                    self.missed = None;
                    self.listed = None;
                    return Ok(Change::Synced);
                };
                self.agents.remove(&id);
                let cause = RemovalCause::Missed;
                return Ok(Change::Remove { id, cause });
            }
            let message = match self.messages.next().await {
                Err(error) if error.status() == Some(410) && self.messages.after.is_some() => {
                    self.messages.begin_anew();
                    continue;
                }
                other => other?,
            };
            if let Some(change) = self.apply(message)? {
                return Ok(change);
            }
        }
    }

    fn apply(&mut self, Message { event, data, .. }: Message) -> Result<Option<Change>, Error> {
        let data = Value::Object(data);
        Ok(match event.as_str() {
            "upsert" => {
                let agent: Box<Agent> = Box::new(parsed(data)?);
                if let Some(listed) = &mut self.listed {
                    listed.insert(agent.id.clone());
                }
                self.agents.insert(agent.id.clone(), (*agent).clone());
                Some(Change::Upsert(agent))
            }
            "remove" => {
                let Removal { id, cause } = parsed(data)?;
                let known = self.agents.remove(&id);
                known.map(|_| Change::Remove { id, cause })
            }
            "health" => {
                let HealthRefresh { agents } = parsed(data)?;
                for now in &agents {
                    if let Some(agent) = self.agents.get_mut(&now.id) {
                        agent.status = now.status.clone();
                        agent.health = now.health.clone();
                        agent.last_seen = now.last_seen.clone();
                    }
                }
                Some(Change::Health(agents))
            }
            "synced" => {
                let listed = self.listed.clone().unwrap_or_default();
                let missed = self.agents.keys().filter(|id| !listed.contains(*id));
                self.missed = Some(missed.cloned().collect());
                None
            }
            "gone" => {
                self.messages.begin_anew();
                None
            }
            BEGINNING => {
                self.listed = Some(HashSet::new());
                None
            }
            _ => None,
        })
    }
}

#[derive(Deserialize)]
struct Removal {
    id: String,
    cause: RemovalCause,
}

#[derive(Deserialize)]
struct HealthRefresh {
    agents: Vec<WatchedHealth>,
}

/// A line of a stream.
#[derive(Debug, Deserialize)]
struct Message {
    #[serde(default)]
    id: Option<String>,
    event: String,
    #[serde(default)]
    data: Map<String, Value>,
}

/// What stands for a connection that begins without a cursor. The registry has no event of this name.
const BEGINNING: &str = "(beginning)";

impl Message {
    fn beginning() -> Self {
        Self {
            id: None,
            event: BEGINNING.into(),
            data: Map::new(),
        }
    }
}

/// The messages of a stream that is opened again where it was.
#[derive(Debug)]
struct Messages {
    client: RegistryClient,
    url: Url,
    after: Option<String>,
    connection: Option<Connection>,
    failures: u32,
    /// How long the registry has asked to wait.
    asked_to_wait: Duration,
    last_error: Option<Error>,
}

#[derive(Debug)]
struct Connection {
    response: Response,
    unread: Vec<u8>,
}

impl Messages {
    fn new(client: &RegistryClient, url: Url, after: Option<String>) -> Self {
        Self {
            client: client.clone(),
            url,
            after,
            connection: None,
            failures: 0,
            asked_to_wait: Duration::ZERO,
            last_error: None,
        }
    }

    fn begin_anew(&mut self) {
        self.after = None;
        self.disconnected(None);
    }

    fn disconnected(&mut self, error: Option<Error>) {
        self.connection = None;
        self.failures += 1;
        self.last_error = error;
    }

    /// The next message, or an error that waiting does not change. [`BEGINNING`] comes before those of a stream without a cursor.
    async fn next(&mut self) -> Result<Message, Error> {
        loop {
            match self.step().await {
                Ok(Some(message)) => return Ok(message),
                Ok(None) => {}
                Err(error) if error.is_transient() => self.disconnected(Some(error)),
                Err(error) => {
                    self.disconnected(None);
                    return Err(error);
                }
            }
        }
    }

    async fn step(&mut self) -> Result<Option<Message>, Error> {
        let Some(connection) = &mut self.connection else {
            self.connect().await?;
            return Ok(self.after.is_none().then(Message::beginning));
        };
        let line = match connection.line().await? {
            Some(line) => line,
            None => {
                self.disconnected(None);
                return Ok(None);
            }
        };
        if line.is_empty() {
            return Ok(None);
        }
        let message: Message = serde_json::from_slice(&line).map_err(unexpected)?;
        self.failures = 0;
        if message.id.is_some() {
            self.after = message.id.clone();
        }
        match message.event.as_str() {
            "retry" => {
                let wanted = message.data.get("retry_ms").and_then(Value::as_u64);
                self.asked_to_wait = Duration::from_millis(wanted.unwrap_or(0).min(60_000));
                Ok(None)
            }
            "comment" | "end" => Ok(None),
            _ => Ok(Some(message)),
        }
    }

    async fn connect(&mut self) -> Result<(), Error> {
        if self.failures > 0 {
            let retry_after = self.last_error.as_ref().and_then(Error::retry_after);
            let wait =
                pause::after_failure(self.failures, retry_after, LONGEST_BACKOFF, pause::random());
            tokio::time::sleep(wait + self.asked_to_wait).await;
            self.asked_to_wait = Duration::ZERO;
        }
        let mut url = self.url.clone();
        if let Some(after) = &self.after {
            url.query_pairs_mut().append_pair("after", after);
        }
        let request = self.client.lasting(Method::GET, url);
        let request = request.header(ACCEPT, "application/x-ndjson, application/problem+json");
        let response = within(request.send()).await??;
        if !response.status().is_success() {
            within(Answer::read(response)).await??.success()?;
            return Ok(());
        }
        self.connection = Some(Connection {
            response,
            unread: Vec::new(),
        });
        Ok(())
    }
}

impl Connection {
    /// The next whole line; `None` at the end. What follows the last line feed was cut off.
    async fn line(&mut self) -> Result<Option<Vec<u8>>, Error> {
        loop {
            if let Some(end) = self.unread.iter().position(|&byte| byte == b'\n') {
                let mut line: Vec<u8> = self.unread.drain(..=end).collect();
                line.pop();
                return Ok(Some(line));
            }
            if self.unread.len() > LONGEST_LINE {
                return Err(unexpected("a line without an end"));
            }
            match within(self.response.chunk()).await?? {
                Some(chunk) => self.unread.extend_from_slice(&chunk),
                None => return Ok(None),
            }
        }
    }
}

/// What comes before the registry has been silent for too long.
async fn within<T>(future: impl std::future::Future<Output = T>) -> Result<T, Error> {
    tokio::time::timeout(SILENCE, future)
        .await
        .map_err(|elapsed| Error::Timeout(Box::new(elapsed)))
}

fn parsed<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(unexpected)
}

fn unexpected(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::UnexpectedAnswer {
        status: 200,
        source: source.into(),
    }
}
