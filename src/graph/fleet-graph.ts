import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { PinoLogger } from 'nestjs-pino';
import { AgentChanged } from '../events/agent-changed.event';
import type { AgentEvent } from '../events/agent-event';
import { AgentsInvalidated } from '../events/agents-invalidated.event';
import { EventStream } from '../events/event-stream';
import { EventLogReader } from '../events/log/event-log.reader';
import { Clock, type Timer } from '../platform/common/clock';
import { withTimeout } from '../platform/common/with-timeout';
import { Lifecycle } from '../platform/runtime/lifecycle';
import { DomainError } from '../platform/validation/domain-error';
import { AgentAvailability, type DependencyView } from '../registry/dependencies/agent-availability';
import { graphUnavailable } from '../registry/dependencies/dependency.errors';
import { DependencyReader, type AgentRecord } from '../registry/dependencies/dependency.reader';
import type { Selector } from '../registry/selector/selector';
import type { Fall } from './availability';
import { isWide } from './demand-index';
import { Fleet } from './fleet';

/** Records in one read. */
const PAGE = 2_000;
/** So many demands are resolved one by one; for more of them all agents are read once. */
const FEW = 64;
/** Before it begins again after a failure. */
const PAUSE_MS = 1_000;
/** While no agent depends on another, it is looked whether one does: after a change that this replica knows of, and so often … */
const LOOK_MS = 1_000;
/** … but no sooner after the look before. */
const PACE_MS = 50;
/** How long a question waits for the first graph after the start. */
const PATIENCE_MS = 5_000;
/** Who is available is worked out so long after a change at the earliest … */
const SETTLE_MS = 50;
/** … and takes no more of the time than this part. */
const SHARE = 1 / 10;

/** What has become of the graph since the start of the process, for metrics. */
interface GraphState {
  /** Undefined before the first one. */
  readonly fleet: Fleet | undefined;
  readonly rebuilds: number;
  /** How long the last one took. */
  readonly rebuildSeconds: number;
  /** Whether it is kept true. */
  readonly isFollowing: boolean;
}

/**
 * Who depends on whom, in memory: made of the agents at the start, and kept true by the event log, from before they were read. It begins
 * again from the agents when the log cannot be followed any more. While no agent depends on another the log is not followed at all: every
 * event would be read for nothing.
 */
@Injectable()
export class FleetGraph implements DependencyView, GraphState, OnApplicationBootstrap {
  fleet: Fleet | undefined;
  fallen: ReadonlyMap<string, Fall> = new Map();
  rebuilds = 0;
  rebuildSeconds = 0;
  isFollowing = false;
  /** The revision of the log up to which it is true. */
  through = 0n;
  private readonly waiting = new Set<{ revision: bigint; reach: () => void }>();
  private settling: Timer | undefined;
  private settleMs = SETTLE_MS;
  private hasFailed = false;
  /** Ends the pause between two looks. */
  private looking = new AbortController();
  private setReady!: () => void;
  private readonly ready = new Promise<void>((resolve) => (this.setReady = resolve));

  constructor(
    private readonly stream: EventStream,
    private readonly log: EventLogReader,
    private readonly agents: DependencyReader,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
    private readonly logger: PinoLogger,
    availability: AgentAvailability,
  ) {
    logger.setContext(FleetGraph.name);
    availability.follow(this);
  }

  onApplicationBootstrap(): void {
    const running = this.run(this.lifecycle.stopping);
    this.lifecycle.onStop('last writes', 'dependency graph', () => {
      this.settling?.cancel();
      this.looking.abort();
      return running;
    });
  }

  @OnEvent(AgentChanged.topic)
  @OnEvent(AgentsInvalidated.topic)
  onChange(): void {
    this.looking.abort();
  }

  /**
   * The fleet as it is known, for questions that are answered before the next turn of the event loop.
   * @throws DomainError `graph_unavailable` before the first graph is there
   */
  async present(): Promise<Fleet> {
    if (!this.fleet) await withTimeout(this.clock, PATIENCE_MS, this.ready).catch(() => undefined);
    if (!this.fleet) throw graphUnavailable();
    return this.fleet;
  }

  /**
   * The fleet with all that was committed before the call, for questions on which something is done.
   * @throws DomainError `graph_unavailable` when it cannot get so far; `store_unavailable`
   */
  async upToDate(): Promise<Fleet> {
    await this.present();
    const { revision } = await this.log.settledNow();
    if (this.through < revision) {
      const reached = new Promise<void>((reach) => this.waiting.add({ revision, reach }));
      this.looking.abort();
      await withTimeout(this.clock, PATIENCE_MS, reached).catch(() => undefined);
    }
    if (this.through < revision) throw graphUnavailable();
    return this.present();
  }

  /** Never rejects. */
  private async run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      try {
        await this.follow(stopping);
      } catch (error) {
        this.isFollowing = false;
        if (!this.hasFailed && !stopping.aborted)
          this.logger.warn({ err: error }, 'The graph of dependencies cannot be kept; it will be made anew');
        this.hasFailed = true;
        await this.clock.sleep(PAUSE_MS, stopping).catch(() => undefined);
      }
    }
  }

  /** Ends when the graph is to be made anew, because the first agent depends on another, or none does any more. */
  private async follow(stopping: AbortSignal): Promise<void> {
    const began = this.clock.monotonicMs();
    const position = await this.log.settledNow();
    const fleet = await this.read(stopping);
    this.fleet = fleet;
    this.moveTo(position.revision);
    this.rebuilds++;
    this.rebuildSeconds = (this.clock.monotonicMs() - began) / 1000;
    if (this.hasFailed) this.logger.info('The graph of dependencies is whole again');
    this.hasFailed = false;
    this.isFollowing = true;
    this.settle();
    this.setReady();
    if (fleet.isEmpty) return this.untilOneDepends(stopping);
    for await (const { events, through } of this.stream.slices(position, stopping)) {
      if (await this.apply(fleet, events)) this.settleSoon();
      if (fleet.isEmpty) return;
      this.moveTo(through.revision);
    }
  }

  private async untilOneDepends(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      await this.clock.sleep(LOOK_MS, this.looking.signal).catch(() => undefined);
      this.looking = new AbortController(); // what changes from here on is looked for again
      try {
        const revision = this.waiting.size > 0 ? (await this.log.settledNow()).revision : this.through;
        if ((await this.agents.dependents('', 1)).length > 0) return;
        this.moveTo(revision);
        this.isFollowing = true;
      } catch (error) {
        if (!(error instanceof DomainError) || error.kind !== 'unavailable') throw error;
        this.isFollowing = false;
      }
      await this.clock.sleep(PACE_MS, stopping).catch(() => undefined);
    }
  }

  /** The fleet as the agents are now: first what is needed, then what meets it. */
  private async read(stopping: AbortSignal): Promise<Fleet> {
    const fleet = new Fleet();
    const dependents: string[] = [];
    const opened: Selector[] = [];
    for await (const page of this.pages((after) => this.agents.dependents(after, PAGE), stopping)) {
      dependents.push(...page.map(({ id }) => id));
      opened.push(...fleet.open(page));
    }
    if (dependents.length === 0) return fleet;
    const narrow = opened.filter((selector) => !isWide(selector));
    const isReadWhole = narrow.length > FEW;
    const met = await this.meeting(isReadWhole ? opened.filter(isWide) : opened);
    if (isReadWhole) {
      for await (const page of this.pages((after) => this.agents.all(after, PAGE), stopping))
        for (const agent of page) fleet.putWith(agent, met.get(agent.id) ?? []);
      return fleet;
    }
    const records = await this.records(new Set([...dependents, ...met.keys()]));
    fleet.open(records.values()); // what has changed meanwhile is put right by its event
    for (const agent of records.values()) fleet.place(agent, met.get(agent.id) ?? []);
    return fleet;
  }

  /** What events mean for the fleet, all of it at once. Whether it may have changed anything. */
  private async apply(fleet: Fleet, events: readonly AgentEvent[]): Promise<boolean> {
    const touched = events.filter(isOfAgent);
    const ids = new Set(touched.map(({ agentId }) => agentId));
    if (ids.size === 0) return false;
    const records = await this.records(ids);
    const met = await this.meeting(fleet.open(records.values()));
    const others = await this.records([...met.keys()].filter((id) => !ids.has(id)));
    for (const id of ids) {
      const agent = records.get(id);
      if (agent) fleet.put(agent);
      else fleet.remove(id);
    }
    for (const agent of others.values()) fleet.put(agent);
    return true;
  }

  /** By agent, which of the demands it meets. */
  private async meeting(selectors: readonly Selector[]): Promise<Map<string, string[]>> {
    const met = new Map<string, string[]>();
    for (const selector of selectors) {
      for (const id of await this.agents.meeting(selector)) {
        const known = met.get(id);
        if (known) known.push(selector.canonical);
        else met.set(id, [selector.canonical]);
      }
    }
    return met;
  }

  private async records(ids: Iterable<string>): Promise<Map<string, AgentRecord>> {
    const all = [...ids];
    const records = new Map<string, AgentRecord>();
    for (let at = 0; at < all.length; at += PAGE)
      for (const [id, agent] of await this.agents.each(all.slice(at, at + PAGE))) records.set(id, agent);
    return records;
  }

  private async *pages(
    next: (after: string) => Promise<AgentRecord[]>,
    stopping: AbortSignal,
  ): AsyncGenerator<AgentRecord[], void, undefined> {
    for (let after = ''; ;) {
      stopping.throwIfAborted();
      const page = await next(after);
      yield page;
      if (page.length < PAGE) return;
      after = page.at(-1)!.id;
    }
  }

  private moveTo(revision: bigint): void {
    this.through = revision;
    for (const each of this.waiting) {
      if (each.revision > revision) continue;
      this.waiting.delete(each);
      each.reach();
    }
  }

  private settleSoon(): void {
    this.settling ??= this.clock.setTimer(this.settleMs, () => this.settle()).unref();
  }

  private settle(): void {
    this.settling?.cancel();
    this.settling = undefined;
    const began = this.clock.monotonicMs();
    this.fallen = this.fleet!.availability.fallen;
    this.settleMs = Math.max(SETTLE_MS, (this.clock.monotonicMs() - began) / SHARE);
  }
}

/** An event of the graph's own making changes nothing of what it is made of. */
function isOfAgent({ type }: AgentEvent): boolean {
  return type !== 'availability';
}
