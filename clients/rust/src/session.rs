//! The life of an agent in the registry.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{oneshot, watch, Notify};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout_at, Instant};

use crate::client::RegistryClient;
use crate::error::{Error, ProblemCode};
use crate::model::{
    AgentStatus, Beat, HealthReport, HeartbeatResponse, Registered, Registration, RotatedToken,
};
use crate::pause::{
    after_failure, random, random_bits, seconds, until_first_beat, until_next_beat,
};

/// Backoff is never longer than an interval, and never outside these.
const BACKOFF_LIMITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// A registration makes an agent ready until a heartbeat says otherwise, which one that takes no work then does within this.
const UNREADY_AFTER_REGISTRATION: Duration = Duration::from_secs(1);

/// What became of an agent, for logs and metrics.
#[derive(Debug)]
#[non_exhaustive]
pub enum SessionEvent<'a> {
    /// It has registered, or registered again.
    Registered(&'a Registered),
    /// The registry has heard it.
    Beat(&'a HeartbeatResponse),
    /// A registration or a heartbeat has failed; the next try comes after `retry_in`.
    Failed {
        /// Why.
        error: &'a Error,
        /// Until the next try.
        retry_in: Duration,
    },
    /// Somebody else has deregistered it, and the session has ended.
    Deregistered,
    /// Another process has registered under the id, and the session has ended.
    Superseded,
}

type Observe = Box<dyn Fn(&SessionEvent<'_>) + Send + Sync>;
type Report = Box<dyn FnMut() -> HealthReport + Send>;

/// Settings of an [`AgentSession`].
pub struct SessionBuilder {
    registry: RegistryClient,
    registration: Registration,
    report: Option<Report>,
    observe: Observe,
    returns: bool,
    stop_timeout: Duration,
}

impl fmt::Debug for SessionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionBuilder")
            .field("registry", &self.registry)
            .field("registration", &self.registration)
            .finish_non_exhaustive()
    }
}

impl SessionBuilder {
    /// Asked before each heartbeat how the agent feels; it must not block. Its CPU is the load of the agent as well. Without
    /// it, heartbeats only say that the agent is alive.
    pub fn health(mut self, report: impl FnMut() -> HealthReport + Send + 'static) -> Self {
        self.report = Some(Box::new(report));
        self
    }

    /// Told what becomes of the agent; it must not block.
    pub fn on_event(mut self, observe: impl Fn(&SessionEvent<'_>) + Send + Sync + 'static) -> Self {
        self.observe = Box::new(observe);
        self
    }

    /// Registers again also after somebody else has deregistered the agent. Off unless set: whoever deregisters an agent
    /// means it.
    pub fn return_after_deregistration(mut self, returns: bool) -> Self {
        self.returns = returns;
        self
    }

    /// How long [`AgentSession::stop`] tries to deregister: 5 seconds unless set.
    pub fn stop_timeout(mut self, timeout: Duration) -> Self {
        self.stop_timeout = timeout;
        self
    }

    /// Registers the agent and begins to beat. While the registry cannot be reached or cannot answer, it keeps trying; wrap
    /// it in a [`tokio::time::timeout`] to give up. A registration without an id is sent with an idempotency key, so it
    /// leaves one agent, however often it was tried.
    ///
    /// # Errors
    /// A refusal that waiting does not change: see [`Error::is_transient`].
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub async fn start(self) -> Result<AgentSession, Error> {
        let Self {
            registry,
            mut registration,
            report,
            observe,
            returns,
            stop_timeout,
        } = self;
        let key = format!("{:016x}{:016x}", random_bits(), random_bits());
        registration.incarnation.get_or_insert_with(|| key.clone());
        let mut failures = 0;
        let registered = loop {
            let result = match &registration.id {
                Some(_) => registry.register(&registration).await,
                None => registry.register_once(&registration, &key).await,
            };
            match result {
                Ok(registered) => break registered,
                Err(error) if error.is_transient() => {
                    failures += 1;
                    let (_, longest) = BACKOFF_LIMITS;
                    let retry_in = after_failure(failures, error.retry_after(), longest, random());
                    let error = &error;
                    observe(&SessionEvent::Failed { error, retry_in });
                    sleep(retry_in).await;
                }
                Err(error) => return Err(error),
            }
        };
        observe(&SessionEvent::Registered(&registered));
        registration.id = Some(registered.id.clone());

        let (stop, stopped) = oneshot::channel();
        let (tell_status, status) = watch::channel(registered.status.clone());
        let readiness = Arc::new(Readiness::default());
        let superseded = Arc::new(AtomicBool::new(false));
        let life = Life {
            id: registered.id.clone(),
            registry: registry.clone(),
            readiness: readiness.clone(),
            superseded: superseded.clone(),
            registration,
            report,
            observe,
            returns,
            tell_status,
            interval: seconds(registered.heartbeat.interval_seconds),
            timeout: seconds(registered.heartbeat.timeout_seconds),
            failures: 0,
            next: Next::Beat { reports: true },
        };
        Ok(AgentSession {
            id: registered.id,
            registry,
            readiness,
            superseded,
            stop,
            status,
            stop_timeout,
            task: tokio::spawn(life.run(stopped)),
        })
    }
}

/// An agent that is registered and beats, until [`stop`](Self::stop). Dropped without it, the agent only falls silent: the
/// registry finds it unhealthy after its timeout.
///
/// It beats as often as the registry's answers say, a tenth more or less. What an answer does:
///
/// | answer | the session |
/// | --- | --- |
/// | 200 | beats again after `next_heartbeat_seconds` |
/// | 404 `agent_not_found` | registers again, at once |
/// | 404 `agent_deregistered` | ends, unless told to [return](SessionBuilder::return_after_deregistration) |
/// | 409 `superseded` | ends, and [`stop`](Self::stop) leaves the agent to the process that it is now |
/// | 400, 413, 415 | beats again at once without the report that was refused |
/// | 429, 503 and others with `Retry-After` | waits so long, and up to a quarter more |
/// | none, any other | tries again after a random pause that grows with each failure, up to one interval |
///
/// It never gives up: when the registry is back, or the token good again, so is the agent.
#[derive(Debug)]
pub struct AgentSession {
    id: String,
    registry: RegistryClient,
    readiness: Arc<Readiness>,
    superseded: Arc<AtomicBool>,
    stop: oneshot::Sender<()>,
    status: watch::Receiver<AgentStatus>,
    stop_timeout: Duration,
    task: JoinHandle<()>,
}

impl AgentSession {
    /// A session of `agent`, still to be started. The client's token must allow it to register the agent (scope `agent`).
    pub fn builder(registry: RegistryClient, agent: Registration) -> SessionBuilder {
        SessionBuilder {
            registry,
            registration: agent,
            report: None,
            observe: Box::new(|_| ()),
            returns: false,
            stop_timeout: Duration::from_secs(5),
        }
    }

    /// The agent's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The agent's lifecycle status by the registry's last answer.
    pub fn status(&self) -> AgentStatus {
        self.status.borrow().clone()
    }

    /// Says whether the agent takes work, at once and with each heartbeat from then on. Until it is called, the agent takes
    /// work as it is alive.
    pub fn set_ready(&self, ready: bool) {
        if self.readiness.said().replace(ready) != Some(ready) {
            self.readiness.changed.notify_one();
        }
    }

    /// Replaces the agent's own token, if that is what the client sends, for all clones of it; the session goes on beating.
    /// As [`RegistryClient::rotate_token`].
    pub async fn rotate_token(&self, overlap: Option<Duration>) -> Result<RotatedToken, Error> {
        self.registry.rotate_token(&self.id, overlap).await
    }

    /// Waits until the session ends by itself, which it does only when somebody else has deregistered the agent, or is it now.
    pub async fn ended(&self) {
        let mut status = self.status.clone();
        while status.changed().await.is_ok() {}
    }

    /// Ends the heartbeats and deregisters the agent. A registration on its way is waited for.
    ///
    /// # Errors
    /// Why the agent could not be deregistered; one that the registry does not have any more is no error.
    ///
    /// # Panics
    /// As the functions given to [`SessionBuilder::health`] and [`SessionBuilder::on_event`] have.
    pub async fn stop(self) -> Result<(), Error> {
        let _ = self.stop.send(());
        if let Err(ended) = self.task.await {
            if ended.is_panic() {
                std::panic::resume_unwind(ended.into_panic());
            }
        }
        if self.superseded.load(Ordering::Relaxed) {
            return Ok(());
        }
        let deadline = Instant::now() + self.stop_timeout;
        let mut failures = 0;
        loop {
            let error = match timeout_at(deadline, self.registry.deregister(&self.id)).await {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(error)) => error,
                Err(elapsed) => return Err(Error::Timeout(Box::new(elapsed))),
            };
            if let Some(ProblemCode::AgentNotFound | ProblemCode::AgentDeregistered) = error.code()
            {
                return Ok(());
            }
            failures += 1;
            let wait = after_failure(failures, error.retry_after(), self.stop_timeout, random());
            if !error.is_transient() || Instant::now() + wait >= deadline {
                return Err(error);
            }
            sleep(wait).await;
        }
    }
}

/// Whether the agent takes work, as its program has said; what is not said is as it is alive.
#[derive(Debug, Default)]
struct Readiness {
    said: Mutex<Option<bool>>,
    changed: Notify,
}

impl Readiness {
    fn said(&self) -> MutexGuard<'_, Option<bool>> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the loop does next.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Next {
    Beat { reports: bool },
    Register,
    End,
}

/// The loop behind a session.
struct Life {
    id: String,
    registry: RegistryClient,
    readiness: Arc<Readiness>,
    superseded: Arc<AtomicBool>,
    registration: Registration,
    report: Option<Report>,
    observe: Observe,
    returns: bool,
    tell_status: watch::Sender<AgentStatus>,
    /// Between two heartbeats, as the registry said last.
    interval: Duration,
    /// After which silence counts.
    timeout: Duration,
    /// In a row.
    failures: u32,
    next: Next,
}

impl Life {
    async fn run(mut self, mut stopped: oneshot::Receiver<()>) {
        let mut wait = until_first_beat(self.interval, random());
        let readiness = Arc::clone(&self.readiness);
        loop {
            tokio::select! {
                biased;
                _ = &mut stopped => return,
                () = readiness.changed.notified(), if matches!(self.next, Next::Beat { .. }) && self.failures == 0 => {}
                () = sleep(wait) => {}
            }
            wait = match self.next {
                Next::Beat { reports } => tokio::select! {
                    biased;
                    _ = &mut stopped => return,
                    wait = self.beat(reports) => wait,
                },
                // Never left half done: it could be carried out after the deregistration that follows a stop.
                Next::Register => self.register().await,
                Next::End => return,
            }
        }
    }

    async fn beat(&mut self, reports: bool) -> Duration {
        let report = match &mut self.report {
            Some(report) if reports => Some(report()),
            _ => None,
        };
        // So that there is time for two more before silence counts.
        let patience = self.timeout / 3;
        let reported = report.is_some();
        let cpu_percent = report.as_ref().and_then(|report| report.cpu_percent);
        let beat = Beat {
            health: report,
            ready: *self.readiness.said(),
            load: cpu_percent.map(|percent| (percent / 100.0).clamp(0.0, 1.0)),
            incarnation: self.registration.incarnation.clone(),
        };
        match self.registry.beat_within(patience, &self.id, &beat).await {
            Ok(answer) => self.heard(&answer),
            Err(error) => self.beat_failed(&error, reported),
        }
    }

    fn heard(&mut self, answer: &HeartbeatResponse) -> Duration {
        self.interval = seconds(answer.next_heartbeat_seconds);
        self.timeout = seconds(answer.timeout_seconds);
        self.failures = 0;
        self.next = Next::Beat { reports: true };
        self.tell_status.send_replace(answer.status.clone());
        (self.observe)(&SessionEvent::Beat(answer));
        until_next_beat(self.interval, random())
    }

    fn beat_failed(&mut self, error: &Error, reported: bool) -> Duration {
        match (error.code(), error.status()) {
            (Some(ProblemCode::AgentDeregistered), _) if !self.returns => {
                self.next = Next::End;
                self.tell_status.send_replace(AgentStatus::Deregistered);
                (self.observe)(&SessionEvent::Deregistered);
                Duration::ZERO
            }
            (Some(ProblemCode::Superseded), _) => {
                self.next = Next::End;
                self.superseded.store(true, Ordering::Relaxed);
                (self.observe)(&SessionEvent::Superseded);
                Duration::ZERO
            }
            (Some(ProblemCode::AgentNotFound | ProblemCode::AgentDeregistered), _) => {
                self.next = Next::Register;
                self.failed(error, Some(Duration::ZERO))
            }
            (_, Some(400 | 413 | 415)) if reported => {
                self.next = Next::Beat { reports: false };
                self.failed(error, Some(Duration::ZERO))
            }
            _ => self.failed(error, None),
        }
    }

    async fn register(&mut self) -> Duration {
        match self.registry.register(&self.registration).await {
            Ok(registered) => {
                self.interval = seconds(registered.heartbeat.interval_seconds);
                self.timeout = seconds(registered.heartbeat.timeout_seconds);
                self.failures = 0;
                self.next = Next::Beat { reports: true };
                self.tell_status.send_replace(registered.status.clone());
                (self.observe)(&SessionEvent::Registered(&registered));
                let wait = until_first_beat(self.interval, random());
                match *self.readiness.said() {
                    Some(false) => wait.min(UNREADY_AFTER_REGISTRATION),
                    _ => wait,
                }
            }
            Err(error) => self.failed(&error, None),
        }
    }

    /// Tells it, and says how long to wait: `retry_in`, or by the rules.
    fn failed(&mut self, error: &Error, retry_in: Option<Duration>) -> Duration {
        let (shortest, longest) = BACKOFF_LIMITS;
        let retry_in = retry_in.unwrap_or_else(|| {
            self.failures += 1;
            let limit = self.interval.clamp(shortest, longest);
            after_failure(self.failures, error.retry_after(), limit, random())
        });
        (self.observe)(&SessionEvent::Failed { error, retry_in });
        retry_in
    }
}
