import { BeatPlan } from './beat-plan.js';
import { randomKey } from './client.js';
import type { RotateOptions } from './client-options.js';
import { ApiError, BadRequestError, ConflictError, NotFoundError, UnauthorizedError } from './errors.js';
import { deadline, mayRetry, pause, pauseMs, within, type Backoff } from './retry.js';
import type { SessionEvents, SessionOptions, StopOptions } from './session-options.js';
import { stopOnSignals, stopOnSignalsNoMore } from './signals.js';
import type { Time } from './time.js';
import type {
  AgentRegistration,
  AgentStatus,
  HealthReport,
  HeartbeatResponse,
  Registration,
  RotatedToken,
} from './types.js';
import { ProcessUsage } from './usage.js';

/** Between registrations at the start that got no answer. */
const REGISTRATION_BACKOFF: Backoff = { firstMs: 1_000, longestMs: 15_000 };
/** A longer `Retry-After` is not believed: the agent would be taken for dead. */
const LONGEST_RETRY_AFTER_MS = 60_000;
/** A beat that takes as long as its interval is lost; the client's own limit holds as well. */
const SHORTEST_TIMEOUT_MS = 1_000;
const LONGEST_TIMEOUT_MS = 10_000;
/** Whatever the registry asks for, a session does not beat more often. */
const SHORTEST_INTERVAL_MS = 1_000;
const HEALTH_TIMEOUT_MS = 1_000;
const STOP_TIMEOUT_MS = 5_000;

export type { SessionEvents, SessionOptions, StopOptions } from './session-options.js';

type Listeners = { [Name in keyof SessionEvents]: Set<(value: SessionEvents[Name]) => void> };

/**
 * Keeps an agent registered and alive: registers it, beats as often as the registry says, registers it again when the registry
 * has forgotten it, and deregisters it in the end. Whatever happens to the registry, the session waits and goes on. While it
 * lives, the process does not end by itself.
 *
 * Sessions that begin, fail or recover together do not act together: see {@link BeatPlan}.
 */
export class AgentSession {
  readonly #options: SessionOptions;
  readonly #time: Time;
  readonly #usage = new ProcessUsage();
  readonly #listeners: Listeners = { registered: new Set(), beat: new Set(), error: new Set(), ended: new Set() };
  /** Ends what waits and what beats. */
  readonly #ending = new AbortController();
  /** Ends what must not be left half done, once a stop has no more time. */
  readonly #outOfTime = new AbortController();
  #id = '';
  #status: AgentStatus = 'active';
  #intervalMs = 0;
  /** Tells this session from others under the same id. */
  readonly #incarnation: string;
  #ready: boolean | undefined;
  /** What the last heartbeat said of it, heard or not. */
  #saidReady: boolean | undefined;
  /** Ends the pause before the next beat. */
  #wake: () => void = () => undefined;
  /** The agent's own. Without one the client's is used: no tokens are asked for, or the agent's is void. */
  #token: string | undefined;
  /** Somebody else has registered under the id since: the agent is theirs now. */
  #hasSuccessor = false;
  #hasEnded = false;
  #living: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  private constructor(options: SessionOptions) {
    this.#options = options;
    this.#time = options.client.time;
    this.#incarnation = options.agent.incarnation ?? randomKey();
    if (options.onError) this.on('error', options.onError);
  }

  /**
   * Registers the agent and begins to beat for it. While the registry cannot be asked, it goes on trying, until the signal
   * aborts; it may then have registered the agent all the same.
   * @throws ApiError when the registry refuses the registration; the signal's reason
   */
  static async start(options: SessionOptions): Promise<AgentSession> {
    const session = new AgentSession(options);
    await session.#enrol();
    session.#living = session.#live();
    const { signal } = options;
    const stop = (): void => void session.stop();
    session.on('ended', () => {
      stopOnSignalsNoMore(session);
      signal?.removeEventListener('abort', stop);
    });
    if (options.stopOnSignals) stopOnSignals(session);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    return session;
  }

  /** The agent's id, the same as long as the session lives. */
  get id(): string {
    return this.#id;
  }

  /** The agent's lifecycle status as the registry told it last. */
  get status(): AgentStatus {
    return this.#status;
  }

  /** What tells this session from others under the same id: the agent's own, or a random one. */
  get incarnation(): string {
    return this.#incarnation;
  }

  /**
   * Says whether the agent takes work, at once and with each heartbeat from then on. Until it is called, the agent takes work as it is
   * alive.
   */
  ready(isReady: boolean): void {
    if (this.#ready === isReady) return;
    this.#ready = isReady;
    this.#wake();
  }

  /** Calls the listener whenever it happens, until the function that this returns is called. */
  on<Name extends keyof SessionEvents>(name: Name, listener: (value: SessionEvents[Name]) => void): () => void {
    const listeners: Set<(value: SessionEvents[Name]) => void> = this.#listeners[name];
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /**
   * Ends the session: drains if that is wanted, and deregisters the agent. Never rejects: what fails is an `error`, and
   * `status` is `deregistered` only if the registry has said so. A second call waits for the first.
   */
  stop(options: StopOptions = {}): Promise<void> {
    this.#stopping ??= this.#stop(options);
    return this.#stopping;
  }

  /**
   * Replaces the agent's own token, which the session uses from then on; it goes on beating meanwhile.
   * @throws ApiError when the registry refuses; ConnectionError, after which it may be asked again
   */
  async rotateToken(options: RotateOptions = {}): Promise<RotatedToken> {
    const before = this.#token;
    const rotated = await this.#options.client.rotateToken(this.#id, { token: before, ...options });
    if (this.#token === before) this.#token = rotated.token; // else the agent was registered anew meanwhile
    return rotated;
  }

  async #stop(options: StopOptions): Promise<void> {
    const { drain = this.#options.onDrain !== undefined, deregister = true, timeoutMs = STOP_TIMEOUT_MS } = options;
    if (drain && !this.#hasEnded) {
      await this.#attempt(() => this.#beginMaintenance(timeoutMs));
      await this.#attempt(async () => this.#options.onDrain?.());
    }
    const limit = deadline(timeoutMs, this.#time, this.#outOfTime);
    this.#ending.abort();
    await this.#living; // a registration under way would undo what follows
    if (deregister && !this.#hasEnded && !this.#hasSuccessor) await this.#attempt(() => this.#deregister());
    limit.cancel();
    this.#end('stopped');
  }

  async #enrol(): Promise<void> {
    const { client, agent, signal } = this.#options;
    // The same for all tries: one whose answer was lost must not have made another agent.
    const idempotencyKey = agent.id === undefined ? randomKey() : undefined;
    for (let failures = 1; ; failures++) {
      try {
        return this.#registered(
          await client.register(this.#registration(agent), { retries: 0, signal, idempotencyKey }),
        );
      } catch (error) {
        if (signal?.aborted || !mayRetry(error, true)) throw error;
        this.#emit('error', error);
        const wait = pauseMs(failures, undefined, REGISTRATION_BACKOFF, () => this.#time.random());
        await pause(retryAfterMs(error) + wait, signal, this.#time);
      }
    }
  }

  /** Beats until the session ends. Never rejects. */
  async #live(): Promise<void> {
    const { signal } = this.#ending;
    const time = this.#time;
    const plan = new BeatPlan(time.now(), this.#intervalMs, () => time.random());
    while (!signal.aborted) {
      try {
        await this.#pause(plan.next - time.now());
        await this.#beat();
        plan.succeeded(time.now(), this.#intervalMs);
      } catch (error) {
        if (signal.aborted) return;
        this.#emit('error', error);
        plan.failed(time.now(), this.#intervalMs, {
          retryAfterMs: retryAfterMs(error),
          isRepeatable: mayRetry(error, true),
        });
      }
    }
  }

  /** Until the next beat is due, or {@link ready} has something to say. */
  async #pause(ms: number): Promise<void> {
    const { signal } = this.#ending;
    if (this.#ready !== this.#saidReady) return;
    const waking = new AbortController();
    this.#wake = () => waking.abort();
    const end = (): void => waking.abort();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    await pause(ms, waking.signal, this.#time).catch(() => signal.throwIfAborted());
    signal.removeEventListener('abort', end);
    this.#wake = () => undefined;
  }

  #registration(agent: AgentRegistration): AgentRegistration {
    return { ...agent, incarnation: this.#incarnation };
  }

  async #beat(): Promise<void> {
    const usage = this.#usage.measure();
    const health = await this.#health();
    try {
      this.#accepted(await this.#send({ ...usage, ...health }));
    } catch (error) {
      if (error instanceof BadRequestError && health) {
        this.#emit('error', error);
        this.#accepted(await this.#send(usage));
      } else if (error instanceof ConflictError && error.code === 'superseded') {
        this.#emit('error', error);
        this.#end('superseded');
      } else if (isProof(error)) {
        await this.#forgotten(error);
        // A registration makes it ready until a heartbeat says otherwise.
        if (this.#ready === false && !this.#hasEnded) this.#accepted(await this.#send(usage));
      } else throw error;
    }
  }

  /** What the program says of its health, if it can say it now. */
  async #health(): Promise<HealthReport | undefined> {
    const { health } = this.#options;
    if (!health) return undefined;
    try {
      return await within(HEALTH_TIMEOUT_MS, Promise.resolve().then(health), this.#ending.signal, this.#time);
    } catch (error) {
      this.#ending.signal.throwIfAborted();
      this.#emit('error', error);
      return undefined;
    }
  }

  #load({ cpu_percent }: HealthReport): number | undefined {
    const { load } = this.#options;
    if (load === false) return undefined;
    let said = typeof cpu_percent === 'number' ? cpu_percent / 100 : undefined;
    try {
      if (load) said = load();
    } catch (error) {
      this.#emit('error', error);
      return undefined;
    }
    return said === undefined || Number.isNaN(said) ? undefined : Math.min(1, Math.max(0, said));
  }

  async #send(report: HealthReport): Promise<HeartbeatResponse> {
    const { client } = this.#options;
    const timeoutMs =
      this.#intervalMs < LONGEST_TIMEOUT_MS ? Math.max(SHORTEST_TIMEOUT_MS, this.#intervalMs) : undefined;
    this.#saidReady = this.#ready;
    const said = { ready: this.#ready, load: this.#load(report), incarnation: this.#incarnation };
    const options = { retries: 0, timeoutMs, signal: this.#ending.signal, ...said };
    const token = this.#token;
    if (token === undefined) return client.heartbeat(this.#id, report, options);
    try {
      return await client.heartbeat(this.#id, report, { ...options, token });
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      if (this.#token !== token) return this.#send(report); // it was replaced meanwhile
    }
    // Void: the agent was registered anew, or its tombstone is gone. The client's token will tell.
    this.#token = undefined;
    const answer = await client.heartbeat(this.#id, report, options);
    this.#hasSuccessor = true;
    return answer;
  }

  /** The registry does not have the agent any more, and says so. */
  async #forgotten({ code }: NotFoundError): Promise<void> {
    const { client, agent, whenDeregistered = 'end' } = this.#options;
    if (code === 'agent_deregistered' && whenDeregistered === 'end') {
      this.#status = 'deregistered';
      this.#end('deregistered');
    } else {
      const options = { retries: 0, signal: this.#outOfTime.signal };
      this.#registered(await client.register(this.#registration({ ...agent, id: this.#id }), options));
    }
  }

  #registered(registration: Registration): void {
    this.#id = registration.id;
    this.#status = registration.status;
    this.#intervalMs = intervalMs(registration.heartbeat.interval_seconds);
    this.#token = registration.token;
    this.#hasSuccessor = false;
    this.#emit('registered', registration);
  }

  #accepted(answer: HeartbeatResponse): void {
    this.#status = answer.status;
    this.#intervalMs = intervalMs(answer.next_heartbeat_seconds);
    this.#emit('beat', answer);
  }

  async #beginMaintenance(timeoutMs: number): Promise<void> {
    const { client } = this.#options;
    const limit = deadline(timeoutMs, this.#time);
    try {
      const options = { reason: 'draining', token: this.#token, signal: limit.signal };
      this.#status = (await client.setStatus(this.#id, 'maintenance', options)).status;
    } catch (error) {
      if (error instanceof UnauthorizedError && this.#token !== undefined) return; // it has a successor
      // Not for this caller to do, or done already.
      const { code } = error as ApiError;
      if (code !== 'insufficient_scope' && code !== 'illegal_transition') throw error;
    } finally {
      limit.cancel();
    }
  }

  async #deregister(): Promise<void> {
    const { client } = this.#options;
    try {
      const options = { token: this.#token, retries: Infinity, signal: this.#outOfTime.signal };
      await client.deregister(this.#id, options);
    } catch (error) {
      if (error instanceof UnauthorizedError && this.#token !== undefined) return; // it has a successor
      if (!isProof(error)) throw error;
    }
    this.#status = 'deregistered';
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#emit('error', error);
    }
  }

  #end(reason: SessionEvents['ended']): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#ending.abort();
    this.#emit('ended', reason);
  }

  #emit<Name extends keyof SessionEvents>(name: Name, value: SessionEvents[Name]): void {
    const listeners: Set<(value: SessionEvents[Name]) => void> = this.#listeners[name];
    for (const listener of listeners)
      try {
        listener(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error; // the program's fault, for the program to hear of; the agent lives on
        });
      }
  }
}

/** Whether it is the registry that says that it does not have the agent, and not, say, a proxy that does not have the path. */
function isProof(error: unknown): error is NotFoundError {
  return error instanceof NotFoundError && (error.code === 'agent_not_found' || error.code === 'agent_deregistered');
}

function intervalMs(seconds: number): number {
  return Math.max(SHORTEST_INTERVAL_MS, seconds * 1000);
}

/** How long the registry asked to be left alone, in milliseconds. */
function retryAfterMs(error: unknown): number {
  return error instanceof ApiError ? Math.min(error.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS) : 0;
}
