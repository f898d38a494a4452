//! What can go wrong.

use std::fmt;
use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, CONTENT_TYPE, RETRY_AFTER};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::model::open_enum;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a request has not done what it should.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The registry, or something between, has answered: no.
    Problem(Box<Problem>),
    /// No answer: no connection, or it broke. Whether the request was carried out is not known.
    Connection(Source),
    /// No answer in time. Whether the request was carried out is not known.
    Timeout(Source),
    /// The answer says yes, and cannot be read.
    UnexpectedAnswer {
        /// HTTP status.
        status: u16,
        /// What is wrong with it.
        source: Source,
    },
    /// Nothing was sent: an argument cannot be.
    InvalidArgument(String),
}

impl Error {
    /// What the registry says, if it has refused.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) => Some(problem),
            _ => None,
        }
    }

    /// HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Problem(problem) => Some(problem.status),
            Self::UnexpectedAnswer { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The registry's own code of the refusal. `None` also when something between has refused, such as a proxy: a 404
    /// without a code does not say that there is no such agent.
    pub fn code(&self) -> Option<&ProblemCode> {
        self.problem()?.code.as_ref()
    }

    /// How long to wait before asking again, if the answer says so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.problem()?.retry_after
    }

    /// Whether the same request may succeed later without anybody changing anything: no answer, 408, 429 and 5xx. After
    /// any of them but 429, a registration without an id or an idempotency key may have been carried out already.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Problem(problem) => matches!(problem.status, 408 | 429 | 500..=599),
            Self::Connection(_) | Self::Timeout(_) => true,
            Self::UnexpectedAnswer { .. } | Self::InvalidArgument(_) => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problem(problem) => problem.fmt(f),
            Self::Connection(source) => write!(f, "the registry cannot be reached: {source}"),
            Self::Timeout(_) => f.write_str("the registry has not answered in time"),
            Self::UnexpectedAnswer { status, source } => {
                write!(f, "the answer ({status}) cannot be read: {source}")
            }
            Self::InvalidArgument(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Connection(source)
            | Self::Timeout(source)
            | Self::UnexpectedAnswer { source, .. } => Some(source.as_ref()),
            Self::Problem(_) | Self::InvalidArgument(_) => None,
        }
    }
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url(); // its query may hold more than should be in a log
        match error.is_timeout() {
            true => Self::Timeout(Box::new(error)),
            false => Self::Connection(Box::new(error)),
        }
    }
}

open_enum! {
    /// Why the registry has refused, for programs.
    ProblemCode {
        /// Each violation is in [`Problem::errors`].
        ValidationFailed = "validation_failed",
        /// There is no such agent: it registers (again).
        AgentNotFound = "agent_not_found",
        /// Another process has registered under the id since: this one is not the agent any more.
        Superseded = "superseded",
        /// Somebody has deregistered the agent; it may register again.
        AgentDeregistered = "agent_deregistered",
        /// No such route: the URL is wrong.
        RouteNotFound = "route_not_found",
        /// The agent's lifecycle has no such change.
        IllegalTransition = "illegal_transition",
        /// The agent is being changed by too many others.
        ConcurrentUpdate = "concurrent_update",
        /// The idempotency key came with another body before.
        IdempotencyKeyReused = "idempotency_key_reused",
        /// No token, or a wrong one.
        Unauthorized = "unauthorized",
        /// A good token that does not suffice.
        InsufficientScope = "insufficient_scope",
        /// The agent is quarantined: until an operator releases it, it may beat and read itself, and nothing else.
        Quarantined = "quarantined",
        /// Nothing may register under the id until an operator lifts the ban.
        Banned = "banned",
        /// The court has refused.
        GovernanceDenied = "governance_denied",
        /// The court has not answered.
        GovernanceUnavailable = "governance_unavailable",
        /// The database has not answered.
        StoreUnavailable = "store_unavailable",
        /// The database takes no writes: it is a standby, or set read-only.
        StoreReadOnly = "store_read_only",
        /// The disk of the database is full.
        StoreFull = "store_full",
        /// The registry is starting.
        Starting = "starting",
        /// Too many requests.
        RateLimited = "rate_limited",
        /// The log does not go on from the cursor: it is of another database, or of events that were lost.
        CursorInvalid = "cursor_invalid",
        /// Events after the cursor have been purged.
        CursorExpired = "cursor_expired",
        /// The expression cannot be; where is in [`Problem::errors`].
        InvalidFilter = "invalid_filter",
        /// The replica has as many streams as it takes.
        TooManyStreams = "too_many_streams",
    }
}

/// A refusal: problem details (RFC 9457) with the registry's own members.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Problem {
    /// HTTP status.
    #[serde(skip)]
    pub status: u16,
    /// Why, for programs. `None`: the answer was no problem document, so it was not the registry that gave it.
    pub code: Option<ProblemCode>,
    /// The status in words.
    pub title: String,
    /// Why, for people.
    pub detail: String,
    /// Each violation and where it is.
    pub errors: Vec<FieldError>,
    /// Under which the registry has logged the request.
    pub request_id: Option<String>,
    /// How long to wait before asking again, if the answer says so.
    #[serde(skip)]
    pub retry_after: Option<Duration>,
    /// All other members, such as the court's `verdict`.
    #[serde(flatten)]
    pub members: Map<String, Value>,
}

impl Problem {
    /// What an answer that is no success says.
    pub(crate) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let is_problem = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("application/problem+json"));
        let read = match is_problem {
            true => serde_json::from_slice(body).ok(),
            false => None,
        };
        Self {
            status: status.as_u16(),
            retry_after: headers
                .get(RETRY_AFTER)
                .and_then(|value| retry_after(value.to_str().ok()?, SystemTime::now())),
            ..read.unwrap_or_else(|| Self {
                title: status.canonical_reason().unwrap_or_default().to_owned(),
                detail: "the answer is not the registry's".to_owned(),
                ..Self::default()
            })
        }
    }
}

impl Problem {
    /// What a stream says that ends because its cursor is gone.
    pub(crate) fn gone(members: Map<String, Value>) -> Self {
        Self {
            status: StatusCode::GONE.as_u16(),
            title: "Gone".to_owned(),
            detail: "the cursor is gone".to_owned(),
            ..serde_json::from_value(Value::Object(members)).unwrap_or_default()
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        write!(f, ": {}", self.detail)
    }
}

/// One violation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FieldError {
    /// Path of the value in the request, such as `capabilities[3]`.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
    /// Of an expression: where in it, counted from 1.
    pub line: Option<u32>,
    /// The column in the line, counted from 1.
    pub column: Option<u32>,
    /// What was probably meant there.
    pub suggestion: Option<String>,
}

/// Reads `Retry-After` (RFC 9110, 10.2.3): seconds, or a date.
fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(content_type: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        headers.insert(RETRY_AFTER, "2".parse().unwrap());
        headers
    }

    #[test]
    fn a_problem_document_is_read_with_all_that_it_says() {
        let body = br#"{ "type": "urn:x", "title": "Forbidden", "status": 403, "detail": "No idols", "code": "governance_denied",
            "request_id": "r-1", "error": "No idols", "errors": [{ "field": "name", "message": "m", "more": 1 }], "verdict": { "law": "l" } }"#;
        let problem = Problem::read(
            StatusCode::FORBIDDEN,
            &headers("application/problem+json; charset=utf-8"),
            body,
        );
        assert_eq!(problem.status, 403);
        assert_eq!(problem.code, Some(ProblemCode::GovernanceDenied));
        assert_eq!(problem.request_id.as_deref(), Some("r-1"));
        assert_eq!(problem.errors[0].field, "name");
        assert_eq!(problem.retry_after, Some(Duration::from_secs(2)));
        assert_eq!(problem.members["verdict"]["law"], "l");
        assert_eq!(problem.to_string(), "403 governance_denied: No idols");
    }

    #[test]
    fn what_something_between_answers_has_no_code() {
        let json = br#"{ "code": "agent_not_found" }"#;
        for (content_type, body) in [
            ("text/html", &b"<h1>No</h1>"[..]),
            ("application/json", json),
            ("application/problem+json", b"cut o"),
        ] {
            let problem = Problem::read(StatusCode::NOT_FOUND, &headers(content_type), body);
            assert_eq!(
                (problem.status, problem.code),
                (404, None),
                "{content_type}"
            );
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = httpdate::parse_http_date("Thu, 08 Oct 2026 15:30:00 GMT").unwrap();
        let cases = [
            ("2", Some(2)),
            (" 120 ", Some(120)),
            ("Thu, 08 Oct 2026 15:30:07 GMT", Some(7)),
            ("Thu, 08 Oct 2026 15:29:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ];
        for (value, seconds) in cases {
            assert_eq!(
                retry_after(value, now),
                seconds.map(Duration::from_secs),
                "{value}"
            );
        }
    }

    #[test]
    fn only_what_may_pass_is_transient() {
        let problem = |status| {
            Error::Problem(Box::new(Problem {
                status,
                ..Problem::default()
            }))
        };
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(problem(status).is_transient(), "{status}");
        }
        for status in [302, 400, 401, 403, 404, 409, 412, 413, 415, 422] {
            assert!(!problem(status).is_transient(), "{status}");
        }
    }
}
