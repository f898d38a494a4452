import { AgentRegistryError } from './errors.js';
import { followStream, type FollowOptions, type StreamMessage } from './stream.js';
import type { Transport } from './transport.js';
import type { Agent, AgentHealth } from './types.js';
import type { AgentRemoval, WatchChange } from './watch-change.js';
import { PendingChanges } from './pending-changes.js';

/**
 * The agents that match, kept up to date: first all of them, then each change. It connects again by itself where it was. When the registry
 * does not know any more what has changed since, it begins anew: agents that are not among those that match then are removed once
 * all have come.
 *
 * A `for await` over it gives the changes from that moment on, until it is closed. A reader that is slower than the changes gets of each
 * agent the last one, so that what waits for it is bounded by the number of agents.
 */
export class AgentWatch implements AsyncIterable<WatchChange> {
  /** Resolves when `agents` has all that match; rejects when the watch ends before. */
  readonly synced: Promise<void>;
  /** Resolves after `close`; rejects when something else has ended the watch: a refusal, the signal, or an error of a listener. */
  readonly closed: Promise<void>;
  readonly #agents = new Map<string, Agent>();
  readonly #listeners = new Set<(change: WatchChange) => void>();
  readonly #readers = new Set<PendingChanges>();
  readonly #ending = new AbortController();
  /** What has come of the first part, while it comes. */
  #listed: Set<string> | undefined;
  #isOver = false;
  #problem: Error | undefined;

  /** @internal */
  constructor(transport: Transport, query: object, { signal, ...options }: FollowOptions) {
    let resolveSynced!: () => void;
    let rejectSynced!: (reason: unknown) => void;
    this.synced = new Promise((resolve, reject) => ([resolveSynced, rejectSynced] = [resolve, reject]));
    const abort = (): void => this.#ending.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    this.subscribe(({ type }) => {
      if (type === 'synced') resolveSynced();
    });
    this.closed = this.#follow(transport, query, { ...options, signal: this.#ending.signal })
      .catch((error: unknown) => {
        if (error instanceof Closed) return;
        this.#problem = error instanceof Error ? error : new Error(String(error));
        throw error;
      })
      .finally(() => {
        signal?.removeEventListener('abort', abort);
        this.#isOver = true;
        rejectSynced(this.#problem ?? new AgentRegistryError('the watch was closed before it had all agents'));
        for (const reader of this.#readers) reader.end(this.#problem);
      });
    // Who does not ask for them has no unhandled rejection.
    this.closed.catch(() => undefined);
    this.synced.catch(() => undefined);
  }

  /** The agents that match, by id, as far as they have come. */
  get agents(): ReadonlyMap<string, Agent> {
    return this.#agents;
  }

  /** Whether `agents` has all that match: not at the start, and not while the watch begins anew. */
  get isSynced(): boolean {
    return this.#listed === undefined && !this.#isOver;
  }

  /** Calls the listener with each change, after `agents` has it; what this returns ends that. An error that it throws ends the watch. */
  subscribe(listener: (change: WatchChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the watch. `agents` stays as it is. */
  close(): void {
    this.#ending.abort(new Closed());
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchChange, void, undefined> {
    const pending = new PendingChanges();
    const unsubscribe = this.subscribe((change) => pending.add(change));
    this.#readers.add(pending);
    if (this.#isOver) pending.end(this.#problem);
    try {
      yield* pending.taken();
    } finally {
      unsubscribe();
      this.#readers.delete(pending);
    }
  }

  async #follow(transport: Transport, query: object, options: FollowOptions): Promise<void> {
    const onBeginning = (): void => void (this.#listed = new Set());
    onBeginning();
    const followed = { path: '/agents/watch', query, beginsAnew: true, onBeginning } as const;
    for await (const message of followStream(transport, followed, options)) this.#apply(message);
  }

  #apply({ event, data }: StreamMessage): void {
    if (event === 'upsert') this.#upsert(data as Agent);
    else if (event === 'remove') this.#remove(data.id as string, data.cause as 'deregistered' | 'left');
    else if (event === 'synced') this.#complete();
    else if (event === 'health') this.#refresh(data);
  }

  #upsert(agent: Agent): void {
    const previous = this.#agents.get(agent.id);
    this.#agents.set(agent.id, agent);
    this.#listed?.add(agent.id);
    this.#tell({ type: 'upsert', agent, ...(previous && { previous }) });
  }

  #remove(id: string, cause: AgentRemoval['cause']): void {
    const agent = this.#agents.get(id);
    this.#agents.delete(id);
    if (agent) this.#tell({ type: 'remove', id, cause, agent });
  }

  #complete(): void {
    for (const id of this.#agents.keys()) if (!this.#listed?.has(id)) this.#remove(id, 'missed');
    this.#listed = undefined;
    this.#tell({ type: 'synced' });
  }

  #refresh(data: Record<string, unknown>): void {
    const agents: AgentHealth[] = [];
    for (const { id, ...health } of data.agents as (Omit<AgentHealth, 'agent_id'> & { id: string })[]) {
      const agent = this.#agents.get(id);
      if (!agent) continue;
      this.#agents.set(id, { ...agent, ...health });
      agents.push({ agent_id: id, ...health });
    }
    this.#tell({ type: 'health', agents, tooMany: data.too_many === true });
  }

  #tell(change: WatchChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** Why a watch that was closed has ended. Nothing that waiting would change. */
class Closed extends AgentRegistryError {
  constructor() {
    super('the watch is closed');
  }
}
