import { AgentRegistryClient } from '../client.js';
import { BadRequestError } from '../errors.js';
import { deadline, pause } from '../retry.js';
import { AgentSession } from '../session.js';
import type { ClientOptions } from '../transport.js';
import type { AgentRegistration, HealthReport, Registration } from '../types.js';
import { reasonOf } from './failure.js';

/** After a registration that was refused for a reason that may pass: a token, a judgement. */
const REFUSED_PAUSE_MS = 30_000;

export interface KeeperOptions {
  readonly client: ClientOptions;
  readonly agent: AgentRegistration;
  readonly health: () => HealthReport;
  /** Hears what changes in how the registry and this program get on with each other. */
  readonly tell: (message: string) => void;
}

/** A client that keeps the agent's own token, which is told only in the answer to a registration. */
class AgentClient extends AgentRegistryClient {
  ownToken: string | undefined;

  override async register(...args: Parameters<AgentRegistryClient['register']>): Promise<Registration> {
    const registration = await super.register(...args);
    this.ownToken = registration.token;
    return registration;
  }
}

/**
 * Keeps an agent registered from now on, whatever becomes of the registry, and tells the registry about its end. It begins
 * at once and makes nobody wait.
 */
export class AgentKeeper {
  private readonly client: AgentClient;
  private readonly givingUp = new AbortController();
  private readonly starting: Promise<AgentSession | undefined>;
  private session: AgentSession | undefined;
  /** Undefined: nothing is said of it. */
  private isReady: boolean | undefined;
  /** Another process is the agent: nothing that is said of it is about this one. */
  private isSuperseded = false;
  /** Why the last try failed; undefined after one that did not, and before the first. */
  private trouble: string | undefined;

  constructor(private readonly options: KeeperOptions) {
    this.client = new AgentClient(options.client);
    this.starting = this.start();
  }

  /** Says whether the agent takes work, from now on. */
  ready(isReady: boolean): void {
    this.isReady = isReady;
    this.session?.ready(isReady);
  }

  /**
   * Ends the heartbeats and deregisters the agent. One that `failed` first says so itself: by a last heartbeat its health is
   * unhealthy, and the reason and the time are kept as `last_exit` of its metadata. With `keep` it then stays registered,
   * and is unhealthy for its silence in time. What is not done within `timeoutMs` stays undone; it never rejects.
   */
  async end(timeoutMs: number, failed?: { readonly reason: string; readonly keep: boolean }): Promise<void> {
    const limit = deadline(timeoutMs);
    try {
      const session = await this.started(limit.signal);
      if (!session || session.status === 'deregistered') return;
      await session.stop({ deregister: failed === undefined, timeoutMs });
      if (failed === undefined || this.isSuperseded) return;
      const { id } = session;
      const options = { signal: limit.signal, token: this.client.ownToken };
      const last_exit = { reason: failed.reason, at: new Date().toISOString() };
      const said = { ...options, ready: false, incarnation: session.incarnation };
      await this.attempt(this.client.heartbeat(id, { status: 'unhealthy' }, said));
      await this.attempt(this.client.update(id, { metadata: { last_exit } }, options));
      if (!failed.keep) await this.attempt(this.client.deregister(id, options));
    } finally {
      limit.cancel();
    }
  }

  /** The session, if there is one or a registration under way makes one. */
  private async started(limit: AbortSignal): Promise<AgentSession | undefined> {
    const giveUp = (): void => this.givingUp.abort();
    if (!this.session && this.trouble !== undefined) giveUp(); // it pauses between two tries that fail
    limit.addEventListener('abort', giveUp);
    const session = await this.starting;
    limit.removeEventListener('abort', giveUp); // it would end the session
    return session;
  }

  private async start(): Promise<AgentSession | undefined> {
    const { agent, health, tell } = this.options;
    const { signal } = this.givingUp;
    const onError = (error: unknown): void => this.tellTrouble(error);
    while (!signal.aborted) {
      try {
        const session = await AgentSession.start({ client: this.client, agent, health, signal, onError });
        this.session = session;
        if (this.isReady !== undefined) session.ready(this.isReady);
        this.tellRecovery();
        session.on('beat', () => this.tellRecovery());
        session.on('ended', (how) => {
          if (how === 'deregistered') tell('the agent was deregistered by somebody else');
          if (how !== 'superseded') return;
          this.isSuperseded = true;
          tell('another process has registered under the id: it is the agent now, and no heartbeats are sent any more');
        });
        return session;
      } catch (error) {
        if (signal.aborted) return undefined;
        this.tellTrouble(error);
        if (error instanceof BadRequestError) return undefined; // and will be wrong the next time, too
        await pause(REFUSED_PAUSE_MS, signal).catch(() => undefined);
      }
    }
    return undefined;
  }

  private async attempt(request: Promise<unknown>): Promise<void> {
    await request.catch((error: unknown) => this.options.tell(`the end could not be told: ${reasonOf(error)}`));
  }

  private tellTrouble(error: unknown): void {
    const reason = reasonOf(error);
    const what = this.session ? 'the heartbeats do not arrive' : 'the agent is not registered';
    if (reason !== this.trouble) this.options.tell(`${what}: ${reason}`);
    this.trouble = reason;
  }

  private tellRecovery(): void {
    if (this.trouble !== undefined) this.options.tell('the registry answers, and all is well');
    this.trouble = undefined;
  }
}
