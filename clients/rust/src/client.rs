//! The requests.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::header::{HeaderValue, ACCEPT, AUTHORIZATION, LOCATION};
use reqwest::{redirect, Method, RequestBuilder, Response, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde::Deserialize;
use serde_json::json;

use crate::error::{Error, Problem};
use crate::graph::{Graph, Impact};
use crate::model::{
    Agent, AgentHealth, AgentPage, Beat, Deregistered, DiscoverQuery, HealthReport,
    HeartbeatResponse, Identity, ListQuery, OperatorStatus, Registered, Registration, RotatedToken,
    ServiceHealth,
};

/// How agents' own tokens begin.
const OWN_TOKEN: &str = "art_";

/// A bearer token. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    /// The token itself, to keep it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for Token {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What goes into the `Authorization` header.
struct Credentials {
    header: HeaderValue,
    /// An agent's own token, which each registration of the agent replaces.
    is_own: bool,
}

impl Credentials {
    fn new(token: &Token) -> Result<Self, Error> {
        let mut header = HeaderValue::from_str(&format!("Bearer {}", token.0)).map_err(|_| {
            Error::InvalidArgument("the token has characters that no token has".into())
        })?;
        header.set_sensitive(true);
        Ok(Self {
            header,
            is_own: token.0.starts_with(OWN_TOKEN),
        })
    }
}

/// Client of one registry. Clones are cheap, and share connections and token.
///
/// A call is one request: nothing is tried again by itself. [`Error::is_transient`] and [`Error::retry_after`] say whether
/// and when it is worth another try; [`AgentSession`](crate::AgentSession) does that for the life of an agent. Calls may be
/// made from any task of a Tokio runtime, and may be dropped: the request may then have been carried out, or not.
#[derive(Clone)]
pub struct RegistryClient {
    base: Url,
    http: reqwest::Client,
    timeout: Duration,
    credentials: Arc<RwLock<Option<Credentials>>>,
}

impl fmt::Debug for RegistryClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistryClient")
            .field("url", &self.base.as_str())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Settings of a [`RegistryClient`].
#[derive(Debug, Clone)]
pub struct RegistryClientBuilder {
    url: String,
    token: Option<Token>,
    timeout: Duration,
    connect_timeout: Duration,
    http: Option<reqwest::Client>,
}

impl RegistryClientBuilder {
    /// Bearer token of all requests. [`RegistryClient::set_token`] replaces it.
    pub fn token(mut self, token: impl Into<Token>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// How long a whole request may take, its answer included: 10 seconds unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long a connection may take to come about, TLS included: 3 seconds unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Uses this HTTP client, with certificates, proxies and so on of its own. It should follow no redirects: a `POST` that
    /// is redirected becomes a `GET`. `connect_timeout` is then its own.
    pub fn http(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// # Errors
    /// [`Error::InvalidArgument`]: a URL that is not an absolute `http` or `https` one, or an impossible token.
    pub fn build(self) -> Result<RegistryClient, Error> {
        let invalid = |why: String| Error::InvalidArgument(format!("url: {why}"));
        let mut base = Url::parse(&self.url).map_err(|error| invalid(error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(invalid("must begin with http:// or https://".into()));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(invalid("must hold no credentials".into()));
        }
        base.set_query(None);
        base.set_fragment(None);
        let http = match self.http {
            Some(http) => http,
            None => reqwest::Client::builder()
                .user_agent(concat!(
                    "agent-registry-client-rust/",
                    env!("CARGO_PKG_VERSION")
                ))
                .connect_timeout(self.connect_timeout)
                // The registry closes a connection that has been idle for 65 s, load balancers after 60 s as a rule.
                .pool_idle_timeout(Duration::from_secs(50))
                .redirect(redirect::Policy::none())
                .build()
                .map_err(|error| Error::InvalidArgument(error.to_string()))?,
        };
        let credentials = self.token.as_ref().map(Credentials::new).transpose()?;
        Ok(RegistryClient {
            base,
            http,
            timeout: self.timeout,
            credentials: Arc::new(RwLock::new(credentials)),
        })
    }
}

impl RegistryClient {
    /// A client without a token. `url` is where the registry is, with the path before `/agents` if there is any.
    ///
    /// # Errors
    /// As [`RegistryClientBuilder::build`].
    pub fn new(url: impl Into<String>) -> Result<Self, Error> {
        Self::builder(url).build()
    }

    /// A client with settings.
    pub fn builder(url: impl Into<String>) -> RegistryClientBuilder {
        RegistryClientBuilder {
            url: url.into(),
            token: None,
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(3),
            http: None,
        }
    }

    /// Replaces the token, of all clones too: for tokens that expire or are rotated.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`]: no token can be this.
    pub fn set_token(&self, token: impl Into<Token>) -> Result<(), Error> {
        let credentials = Credentials::new(&token.into())?;
        *self
            .credentials
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(credentials);
        Ok(())
    }

    /// Registers an agent (`POST /agents/register`); one with an id that is registered already is replaced.
    ///
    /// If this client's token is the agent's own (`art_…`), which the registration makes void, the new one takes its place.
    pub async fn register(&self, agent: &Registration) -> Result<Registered, Error> {
        self.send_registration(agent, None).await
    }

    /// As [`register`](Self::register), with an `Idempotency-Key` (1 to 255 characters): repeated with the same key within
    /// 24 hours it gives the first answer again, without its token. It makes safe to repeat what has no id of its own.
    pub async fn register_once(
        &self,
        agent: &Registration,
        idempotency_key: &str,
    ) -> Result<Registered, Error> {
        self.send_registration(agent, Some(idempotency_key)).await
    }

    async fn send_registration(
        &self,
        agent: &Registration,
        key: Option<&str>,
    ) -> Result<Registered, Error> {
        let mut request = self
            .request(Method::POST, &["agents", "register"])
            .json(agent);
        if let Some(key) = key {
            let key = HeaderValue::from_str(key).map_err(|_| {
                Error::InvalidArgument("the idempotency key cannot be a header".into())
            })?;
            request = request.header("idempotency-key", key);
        }
        let registered: Registered = read(request).await?;
        if let Some(token) = &registered.token {
            self.keep_own(token)?;
        }
        Ok(registered)
    }

    /// Takes a new token in place of an agent's own; the token of a client stays.
    fn keep_own(&self, token: &Token) -> Result<(), Error> {
        let is_own = (self.credentials.read())
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .is_some_and(|credentials| credentials.is_own);
        match is_own {
            true => self.set_token(token.clone()),
            false => Ok(()),
        }
    }

    /// A new token of its own for an agent, without a registration (`POST /agents/{id}/token`). The one before it is accepted
    /// for `overlap` more, a minute unless it is given, for all but registrations: at most 300 seconds; none at all for one
    /// that may have been stolen. To ask again, when there was no answer, does no harm meanwhile.
    ///
    /// If this client's token is the agent's own (`art_…`), the new one takes its place, of all clones too.
    pub async fn rotate_token(
        &self,
        id: &str,
        overlap: Option<Duration>,
    ) -> Result<RotatedToken, Error> {
        let request = self.request(Method::POST, &["agents", segment(id)?, "token"]);
        let rotated: RotatedToken = read(match overlap {
            Some(overlap) => request.json(&json!({ "overlap_seconds": overlap.as_secs() })),
            None => request,
        })
        .await?;
        self.keep_own(&rotated.token)?;
        Ok(rotated)
    }

    /// Whose token this client sends, what it is good for, and until when (`GET /whoami`).
    pub async fn whoami(&self) -> Result<Identity, Error> {
        read(self.request(Method::GET, &["whoami"])).await
    }

    /// The whole record of an agent (`GET /agents/{id}`).
    pub async fn get(&self, id: &str) -> Result<Agent, Error> {
        read(self.request(Method::GET, &["agents", segment(id)?])).await
    }

    /// One page of the agents that `query` asks for (`GET /agents`).
    pub async fn list(&self, query: &ListQuery) -> Result<AgentPage, Error> {
        let mut url = self.url(&["agents"]);
        let parameters = query.parameters();
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        read(self.request_to(Method::GET, url)).await
    }

    /// One page of the agents that `query` asks for (`POST /agents/discover`).
    pub async fn discover(&self, query: &DiscoverQuery) -> Result<AgentPage, Error> {
        let request = self.request(Method::POST, &["agents", "discover"]);
        read(request.json(query)).await
    }

    /// The agent is alive, and feels like this if it says so (`POST /agents/{id}/heartbeat`).
    pub async fn heartbeat(
        &self,
        id: &str,
        health: Option<&HealthReport>,
    ) -> Result<HeartbeatResponse, Error> {
        let beat = Beat {
            health: health.cloned(),
            ..Beat::default()
        };
        self.beat(id, &beat).await
    }

    /// The same with readiness, load, and the process that sends it.
    pub async fn beat(&self, id: &str, beat: &Beat) -> Result<HeartbeatResponse, Error> {
        self.beat_within(self.timeout, id, beat).await
    }

    pub(crate) async fn beat_within(
        &self,
        timeout: Duration,
        id: &str,
        beat: &Beat,
    ) -> Result<HeartbeatResponse, Error> {
        let request = self
            .request(Method::POST, &["agents", segment(id)?, "heartbeat"])
            .timeout(timeout.min(self.timeout));
        read(if *beat == Beat::default() {
            request
        } else {
            request.json(beat)
        })
        .await
    }

    /// How an agent feels (`GET /agents/{id}/health`).
    pub async fn agent_health(&self, id: &str) -> Result<AgentHealth, Error> {
        read(self.request(Method::GET, &["agents", segment(id)?, "health"])).await
    }

    /// Takes an agent out of service, or back (`PUT /agents/{id}/status`). With access control on, this is for
    /// administrators only.
    pub async fn set_status(
        &self,
        id: &str,
        status: OperatorStatus,
        reason: Option<&str>,
    ) -> Result<Agent, Error> {
        let body = match reason {
            Some(reason) => json!({ "status": status, "reason": reason }),
            None => json!({ "status": status }),
        };
        let request = self.request(Method::PUT, &["agents", segment(id)?, "status"]);
        read(request.json(&body)).await
    }

    /// Deregisters an agent (`DELETE /agents/{id}`). A second time it is refused with
    /// [`ProblemCode::AgentDeregistered`](crate::ProblemCode::AgentDeregistered).
    pub async fn deregister(&self, id: &str) -> Result<Deregistered, Error> {
        read(self.request(Method::DELETE, &["agents", segment(id)?])).await
    }

    /// Deregisters an agent, after which nothing may register under its id (`DELETE /agents/{id}?ban=true`). With access
    /// control on, this is for operators only.
    pub async fn ban(&self, id: &str) -> Result<Deregistered, Error> {
        let request = self.request(Method::DELETE, &["agents", segment(id)?]);
        read(request.query(&[("ban", "true")])).await
    }

    /// Deregisters an agent, unless others that depend on it would not be available any more: then it is refused with
    /// `would_break` (`DELETE /agents/{id}?if_safe=true`).
    pub async fn deregister_if_safe(&self, id: &str) -> Result<Deregistered, Error> {
        let request = self.request(Method::DELETE, &["agents", segment(id)?]);
        read(request.query(&[("if_safe", "true")])).await
    }

    /// What an agent depends on, up to `depth` steps away, 1 to 16 (`GET /agents/{id}/dependencies`).
    pub async fn dependencies(&self, id: &str, depth: u8) -> Result<Graph, Error> {
        let request = self.request(Method::GET, &["agents", segment(id)?, "dependencies"]);
        read(request.query(&[("depth", depth)])).await
    }

    /// What depends on an agent, likewise (`GET /agents/{id}/dependents`).
    pub async fn dependents(&self, id: &str, depth: u8) -> Result<Graph, Error> {
        let request = self.request(Method::GET, &["agents", segment(id)?, "dependents"]);
        read(request.query(&[("depth", depth)])).await
    }

    /// What breaks when an agent stops (`GET /agents/{id}/impact`).
    pub async fn impact(&self, id: &str) -> Result<Impact, Error> {
        read(self.request(Method::GET, &["agents", segment(id)?, "impact"])).await
    }

    /// What breaks when all agents stop for which an expression is true (`POST /graph/impact`).
    pub async fn impact_of(&self, filter: &str) -> Result<Impact, Error> {
        let request = self.request(Method::POST, &["graph", "impact"]);
        read(request.json(&json!({ "filter": filter }))).await
    }

    /// Who depends on whom among the agents for which an expression is true, or in the whole fleet (`GET /graph`).
    pub async fn graph(&self, filter: Option<&str>) -> Result<Graph, Error> {
        let request = self.request(Method::GET, &["graph"]);
        read(match filter {
            Some(filter) => request.query(&[("filter", filter)]),
            None => request,
        })
        .await
    }

    /// Lets a banned id be registered again (`DELETE /bans/{id}`).
    pub async fn lift_ban(&self, id: &str) -> Result<(), Error> {
        Answer::of(self.request(Method::DELETE, &["bans", segment(id)?]))
            .await?
            .success()?;
        Ok(())
    }

    /// How the registry itself is (`GET /health`); [`ServiceStatus::Unhealthy`](crate::ServiceStatus::Unhealthy) is an
    /// answer too, and no error.
    pub async fn health(&self) -> Result<ServiceHealth, Error> {
        let answer = Answer::of(self.request(Method::GET, &["health"])).await?;
        match answer.status {
            StatusCode::SERVICE_UNAVAILABLE => answer.json().or_else(|_| answer.success()?.json()),
            _ => answer.success()?.json(),
        }
    }

    pub(crate) fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    fn request(&self, method: Method, path: &[&str]) -> RequestBuilder {
        self.request_to(method, self.url(path))
    }

    fn request_to(&self, method: Method, url: Url) -> RequestBuilder {
        self.lasting(method, url)
            .timeout(self.timeout)
            .header(ACCEPT, "application/json, application/problem+json")
    }

    /// A request whose answer may go on for as long as it will.
    pub(crate) fn lasting(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.http.request(method, url);
        let credentials = self
            .credentials
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        match &*credentials {
            Some(credentials) => request.header(AUTHORIZATION, credentials.header.clone()),
            None => request,
        }
    }
}

/// An id as part of a path. Those that would make it another path are not sent.
fn segment(id: &str) -> Result<&str, Error> {
    match id {
        "" | "." | ".." => Err(Error::InvalidArgument(format!("{id:?} is no agent's id"))),
        _ => Ok(id),
    }
}

async fn read<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Error> {
    Answer::of(request).await?.success()?.json()
}

/// A whole answer.
pub(crate) struct Answer {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    async fn of(request: RequestBuilder) -> Result<Self, Error> {
        Self::read(request.send().await?).await
    }

    pub(crate) async fn read(response: Response) -> Result<Self, Error> {
        Ok(Self {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.bytes().await?.to_vec(),
        })
    }

    /// # Errors
    /// [`Error::Problem`] unless it says yes.
    pub(crate) fn success(&self) -> Result<&Self, Error> {
        if self.status.is_success() {
            return Ok(self);
        }
        let mut problem = Problem::read(self.status, &self.headers, &self.body);
        if self.status.is_redirection() {
            let to = self.headers.get(LOCATION).and_then(|to| to.to_str().ok());
            problem.detail = format!("redirects are not followed: {}", to.unwrap_or("nowhere"));
        }
        Err(Error::Problem(Box::new(problem)))
    }

    fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| Error::UnexpectedAnswer {
            status: self.status.as_u16(),
            source: Box::new(error),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(url: &str) -> RegistryClient {
        RegistryClient::new(url).unwrap()
    }

    #[test]
    fn paths_go_after_that_of_the_url_and_ids_cannot_leave_theirs() {
        for base in [
            "http://h:1/registry",
            "http://h:1/registry/",
            "http://h:1/registry/?q#f",
        ] {
            let url = client(base).url(&["agents", "a:1.b_c-d"]);
            assert_eq!(url.as_str(), "http://h:1/registry/agents/a:1.b_c-d");
        }
        let url = client("http://h:1").url(&["agents", "../a?b#c d", "health"]);
        assert_eq!(url.as_str(), "http://h:1/agents/..%2Fa%3Fb%23c%20d/health");
        for id in ["", ".", ".."] {
            assert!(
                matches!(segment(id), Err(Error::InvalidArgument(_))),
                "{id:?}"
            );
        }
    }

    #[test]
    fn only_a_url_of_http_will_do() {
        for url in [
            "",
            "localhost:8080",
            "ftp://h",
            "/agents",
            "http://me:secret@h",
        ] {
            let refused = RegistryClient::new(url).unwrap_err();
            assert!(
                matches!(refused, Error::InvalidArgument(_)),
                "{url}: {refused:?}"
            );
        }
    }

    #[test]
    fn a_token_is_sent_and_never_shown() {
        let builder = RegistryClient::builder("http://h").token("secret-1");
        assert!(!format!("{builder:?}").contains("secret"));
        let client = builder.build().unwrap();
        assert!(!format!("{client:?}").contains("secret"));
        let sent = |client: &RegistryClient| {
            let request = client.request(Method::GET, &["agents"]);
            let header = request.build().unwrap().headers()[AUTHORIZATION].clone();
            assert!(header.is_sensitive());
            header.to_str().unwrap().to_owned()
        };
        assert_eq!(sent(&client), "Bearer secret-1");
        client.clone().set_token("secret-2").unwrap();
        assert_eq!(sent(&client), "Bearer secret-2");
        assert!(client.set_token("two\nlines").is_err());
    }
}
