import { Injectable } from '@nestjs/common';
import { EventLogReader, type LogSlice } from '../../events/log/event-log.reader';
import { LogPositions } from '../../events/log/log-positions';
import { EventStream } from '../../events/event-stream';
import { cursorGone, encodePosition, type LogPosition } from '../../events/log/log-position';
import { Clock } from '../../platform/common/clock';
import { Lifecycle } from '../../platform/runtime/lifecycle';
import { DomainError } from '../../platform/validation/domain-error';
import { AgentPresenter } from '../agent.presenter';
import { AgentReader } from '../agent.reader';
import { AgentChanges } from './agent-changes';
import { AgentWatch, type WatchEvent } from './agent-watch';
import type { WatchSelection } from './watch-selection';

/** Records in one read of the initial part. */
const PAGE = 200;
/** Agents that come and go without an event are looked for so often. */
const VOLATILE_MS = 5_000;
/** A client whose agents do not change gets a new cursor so often. */
const BOOKMARK_MS = 30_000;
/** The most matching agents of which `health` events speak. */
const MOST_WITH_HEALTH = 1_000;

/** What a client asks of a watch. */
export interface WatchRequest {
  selection: WatchSelection;
  /** Go on here, without the initial part; undefined: from the beginning. */
  after?: LogPosition;
  healthIntervalMs?: number;
}

/** The changes of a long poll, and where to go on. */
export interface WatchPage {
  events: WatchEvent[];
  position: LogPosition;
}

/** Watches of agents: first those that match, then what becomes of them. */
@Injectable()
export class AgentWatches {
  constructor(
    private readonly stream: EventStream,
    private readonly reader: EventLogReader,
    private readonly positions: LogPositions,
    private readonly agents: AgentReader,
    private readonly presenter: AgentPresenter,
    private readonly changes: AgentChanges,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
  ) {}

  /**
   * All that one watch sends, until `signal` is aborted or a `gone`. Without `after` it begins with every agent that matches and `synced`.
   * A cursor that the log has no longer is `gone`, too.
   * @throws DomainError `store_unavailable`
   */
  async *follow(request: WatchRequest, signal: AbortSignal): AsyncGenerator<WatchEvent, void, undefined> {
    const { selection, after } = request;
    const watch = new AgentWatch(selection, this.changes, after !== undefined);
    // Which of the agents of a volatile selection the client had, no event says.
    if (after && selection.isVolatile) {
      yield gone();
      return;
    }
    const start = after ?? (await this.reader.settledNow());
    if (!after) {
      for await (const event of this.listed(watch, selection)) yield event;
      yield { type: 'synced', data: cursorData(start), position: start };
    }
    try {
      for await (const event of this.live(watch, request, start, signal)) {
        yield event;
        if (event.type === 'gone') return;
      }
    } catch (error) {
      if (isGone(error)) yield gone(error);
      else throw error;
    }
  }

  /**
   * What has changed for the client since `after`: at once when something has, else as soon as something does, and after `waitMs` at the
   * latest, or when the process stops. `now` has no changes, and a cursor.
   * @throws DomainError (410) for a cursor that the log has no longer; `store_unavailable`
   */
  async poll(
    selection: WatchSelection,
    after: LogPosition | 'now',
    waitMs: number,
    signal: AbortSignal,
  ): Promise<WatchPage> {
    const present = await this.reader.settledNow();
    let position = after === 'now' ? present : await this.positions.present(after, 'after');
    const events: WatchEvent[] = [];
    const ending = new AbortController();
    let isDue = waitMs === 0;
    const isOver = (): boolean => events.length > 0 || (isDue && position.revision >= present.revision);
    const timer = this.clock.setTimer(waitMs, () => {
      isDue = true;
      if (isOver()) ending.abort();
    });
    try {
      if (isOver()) return { events, position };
      const watch = new AgentWatch(selection, this.changes, true);
      for await (const slice of this.stream.slices(
        position,
        AbortSignal.any([signal, ending.signal, this.lifecycle.stopping]),
      )) {
        events.push(...(await this.applied(watch, slice)));
        if (events.some(({ type }) => type === 'gone')) throw await this.expired();
        position = slice.through;
        if (isOver()) break;
      }
      return { events, position };
    } finally {
      timer.cancel();
    }
  }

  private async expired(): Promise<DomainError> {
    return cursorGone('cursor_expired', 'after', encodePosition(await this.positions.oldest()));
  }

  /** Every change after a position, and between them what no event says. */
  private async *live(
    watch: AgentWatch,
    { selection, healthIntervalMs }: WatchRequest,
    start: LogPosition,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent, void, undefined> {
    const alarms = new Alarms(this.clock);
    alarms.add('bookmark', BOOKMARK_MS);
    if (healthIntervalMs !== undefined) alarms.add('health', healthIntervalMs);
    if (selection.isVolatile) alarms.add('reconcile', VOLATILE_MS);
    const slices = this.stream.slices(start, signal);
    let next = slices.next();
    let position = start;
    try {
      while (!signal.aborted) {
        const slice = await Promise.race([next, alarms.next()]);
        if (slice) {
          if (slice.done) return;
          yield* await this.applied(watch, slice.value);
          position = slice.value.through;
          next = slices.next();
        }
        for (const due of alarms.due()) {
          if (due === 'bookmark') yield { type: 'bookmark', data: cursorData(position), position };
          else if (due === 'health') yield await this.health(watch);
          else for await (const event of this.reconciled(watch, selection)) yield { ...event, position };
        }
      }
    } finally {
      alarms.end();
      next.catch(() => undefined); // it ends with the signal
    }
  }

  /** What a part of the log means for the client. */
  private async applied(watch: AgentWatch, { events, through }: LogSlice): Promise<WatchEvent[]> {
    for (const event of events) this.changes.of(event); // so that their agents are read together
    const sent: WatchEvent[] = [];
    for (const event of events) {
      const applying = watch.apply(event);
      const applied = applying && (await applying);
      if (applied) sent.push({ ...applied, position: { ...through, revision: BigInt(event.revision) } });
    }
    return sent;
  }

  /** The agents that match and that the client does not have as they are, page by page. */
  private async *listed(watch: AgentWatch, selection: WatchSelection, ids?: Set<string>): AsyncGenerator<WatchEvent> {
    for (let after: string | undefined; ;) {
      const page = await this.agents.presentPage(selection.criteria, after, PAGE);
      for (const agent of page) {
        ids?.add(agent.id);
        const event = watch.list(agent, (isAllShown) => this.presenter.record(agent, isAllShown));
        if (event) yield event;
      }
      if (page.length < PAGE) return;
      after = page.at(-1)!.id;
    }
  }

  private async *reconciled(watch: AgentWatch, selection: WatchSelection): AsyncGenerator<WatchEvent> {
    const ids = new Set<string>();
    yield* this.listed(watch, selection, ids);
    yield* watch.removeOthers(ids);
  }

  private async health(watch: AgentWatch): Promise<WatchEvent> {
    if (watch.size > MOST_WITH_HEALTH) return { type: 'health', data: '{"agents":[],"too_many":true}' };
    const read = async (id: string): Promise<object | undefined> => {
      try {
        const { agent_id: _, ...health } = this.presenter.agentHealth(await this.agents.read(id));
        return { id, ...health };
      } catch (error) {
        if (error instanceof DomainError && error.kind !== 'unavailable') return undefined; // gone meanwhile
        throw error;
      }
    };
    const agents = await Promise.all([...watch.ids].map(read));
    return { type: 'health', data: JSON.stringify({ agents: agents.filter((agent) => agent !== undefined) }) };
  }
}

/** What becomes due again and again, each by its name. */
class Alarms {
  private readonly rung = new Set<string>();
  private readonly timers: { cancel(): void }[] = [];
  private ring: () => void = () => undefined;
  private ringing: Promise<undefined>;

  constructor(private readonly clock: Clock) {
    this.ringing = this.silence();
  }

  add(name: string, everyMs: number): void {
    const timer = this.clock.every(everyMs, () => {
      this.rung.add(name);
      this.ring();
    });
    this.timers.push(timer);
  }

  /** Resolves once something is due. */
  next(): Promise<undefined> {
    return this.ringing;
  }

  /** What is due, which it then is no more. */
  due(): string[] {
    const due = [...this.rung];
    if (due.length > 0) this.ringing = this.silence();
    this.rung.clear();
    return due;
  }

  end(): void {
    for (const timer of this.timers) timer.cancel();
  }

  private silence(): Promise<undefined> {
    return new Promise((resolve) => (this.ring = () => resolve(undefined)));
  }
}

function cursorData(position: LogPosition): string {
  return JSON.stringify({ cursor: encodePosition(position) });
}

function gone(error?: DomainError): WatchEvent {
  const code = error?.code ?? 'cursor_expired';
  return { type: 'gone', data: JSON.stringify({ code, detail: 'Watch again without a cursor' }) };
}

function isGone(error: unknown): error is DomainError {
  return error instanceof DomainError && error.kind === 'gone';
}
