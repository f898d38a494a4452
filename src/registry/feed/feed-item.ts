import { seesSecrets } from '../../platform/access/access-rule';
import type { Principal } from '../../platform/access/principal';
import { STREAM_FORMATS, type StreamFormat } from '../../platform/streams/stream-format';
import type { AgentEvent } from '../../events/agent-event';
import type { FilterMoment } from '../../query/filter-schema';
import type { AgentEntity } from '../agent.entity';
import type { AgentFilter } from '../search/filter-expression';
import { isWithin, whereOf } from '../search/expression-scope';
import type { EventFilter } from './feed-names';

/** What a follower wants to see. */
export interface FeedSelection {
  types: ReadonlySet<string>;
  agentIds: ReadonlySet<string>;
  filter: EventFilter | undefined;
}

/** Whether an event is of a type and of an agent that were asked for. */
export function isAskedFor({ type, agentId }: AgentEvent, { types, agentIds }: FeedSelection): boolean {
  return (types.size === 0 || types.has(type)) && (agentIds.size === 0 || agentIds.has(agentId));
}

/** How an event and its agent are written, for those who see the agent's secrets, and for those who do not. */
export type WriteEvent = (event: AgentEvent, agent: AgentEntity | undefined, isAllShown: boolean) => string;

/** An event with the agent as it is now. What was worked out of it once is not worked out again, however many follow. */
export class FeedItem {
  private readonly verdicts = new Map<string, boolean>();
  private readonly messages = new Map<string, Buffer>();

  constructor(
    readonly event: AgentEvent,
    /** The agent, or its tombstone; undefined: it is forgotten. */
    private readonly row: AgentEntity | undefined,
    private readonly moment: FilterMoment,
    private readonly write: WriteEvent,
  ) {}

  /** Whether the event is among those that were asked for, and one that the caller may see. */
  isFor(selection: FeedSelection, principal: Principal): boolean {
    const { event } = this;
    if (!isAskedFor(event, selection)) return false;
    const where = whereOf(principal);
    if (where && !this.once(`where ${where.text}`, () => this.isWithin(where))) return false;
    const { filter } = selection;
    if (filter === undefined) return true;
    const isAllShown = filter.asksForSecrets && this.isAllShownTo(principal);
    return this.once(`${isAllShown} ${filter.text}`, () =>
      filter.matches({ event, agent: this.agent }, this.moment, isAllShown),
    );
  }

  /** The event as a CloudEvent in JSON, as the caller may see it. */
  cloudEventFor(principal: Principal): string {
    return this.write(this.event, this.agent, this.agent !== undefined && this.isAllShownTo(principal));
  }

  /** The message of a stream with the event as a CloudEvent, as the caller may see it. `id`: the cursor after it. */
  messageFor(principal: Principal, format: StreamFormat, id: string): Buffer {
    const isAllShown = this.agent !== undefined && this.isAllShownTo(principal);
    const key = `${isAllShown} ${format} ${id}`;
    let message = this.messages.get(key);
    if (message === undefined) {
      const data = this.write(this.event, this.agent, isAllShown);
      message = Buffer.from(STREAM_FORMATS[format].message({ id, event: this.event.type, data }));
      this.messages.set(key, message);
    }
    return message;
  }

  private get agent(): AgentEntity | undefined {
    return this.row?.deregisteredAt ? undefined : this.row;
  }

  private isAllShownTo(principal: Principal): boolean {
    return this.row !== undefined && seesSecrets(principal, this.row);
  }

  /** The agent as it is now, and as the event tells of it. Of an agent that is forgotten nothing is known that could be within. */
  private isWithin(where: AgentFilter): boolean {
    const { row, event } = this;
    return row !== undefined && isWithin(where, row) && isWithin(where, asTold(row, event));
  }

  private once(question: string, answer: () => boolean): boolean {
    let verdict = this.verdicts.get(question);
    if (verdict === undefined) this.verdicts.set(question, (verdict = answer()));
    return verdict;
  }
}

const TOLD = ['name', 'type', 'category', 'version', 'capabilities', 'endpoints', 'metadata', 'heartbeat'] as const;

/** An agent with what an event says of it. */
function asTold(agent: AgentEntity, { type: eventType, to, data }: AgentEvent): AgentEntity {
  const { name, type, registration } = data as Partial<AgentEntity> & { registration?: Partial<AgentEntity> };
  const told: Record<string, unknown> = {
    ...agent,
    ...(to !== null && eventType !== 'availability' && { status: to }),
  };
  for (const field of TOLD) {
    const value = registration?.[field] ?? { name, type }[field as 'name' | 'type'];
    if (value !== undefined) told[field] = value;
  }
  return told as unknown as AgentEntity;
}
