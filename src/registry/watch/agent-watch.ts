import type { AgentEvent } from '../../events/agent-event';
import type { LogPosition } from '../../events/log/log-position';
import { seesSecrets } from '../../platform/access/access-rule';
import type { AgentEntity } from '../agent.entity';
import type { AgentChange, AgentChanges } from './agent-changes';
import { mayHaveSent, type WatchSelection } from './watch-selection';

/** What a watch sends: an event by its name, its data as JSON in one line, and where to go on after it, if one can. */
export interface WatchEvent {
  type: 'upsert' | 'remove' | 'synced' | 'health' | 'bookmark' | 'gone';
  data: string;
  position?: LogPosition;
}

/**
 * What one watch has sent so far, and what follows from it for each change: after all events up to a position, its client has exactly the
 * agents that match, each as it was then or later. A record is taken after its event and may hold later changes already; its generation
 * says so, and the events of those are passed over.
 */
export class AgentWatch {
  /** The agents that the client has, each with its generation. */
  private readonly held = new Map<string, number>();
  /** Of a watch that goes on at a cursor: the agents of which is known by now whether the client has them. */
  private readonly decided: Set<string> | undefined;

  constructor(
    private readonly selection: WatchSelection,
    private readonly changes: AgentChanges,
    isResumed: boolean,
  ) {
    this.decided = isResumed ? new Set() : undefined;
  }

  /** The ids of the agents that the client has, as far as this watch knows. */
  get ids(): IterableIterator<string> {
    return this.held.keys();
  }

  get size(): number {
    return this.held.size;
  }

  /** An agent that was listed. */
  list(agent: AgentEntity, record: (isAllShown: boolean) => unknown): WatchEvent | undefined {
    if ((this.held.get(agent.id) ?? 0) >= agent.generation) return undefined;
    this.held.set(agent.id, agent.generation);
    return { type: 'upsert', data: JSON.stringify(record(seesSecrets(this.selection.principal, agent))) };
  }

  /** Those that the client has and that are not among the `ids` that match now. */
  removeOthers(ids: ReadonlySet<string>): WatchEvent[] {
    const others = [...this.held.keys()].filter((id) => !ids.has(id));
    for (const id of others) this.held.delete(id);
    return others.map((id) => removed(id, 'left'));
  }

  /**
   * What an event of the log means for the client; at once where it means nothing.
   * @throws DomainError `store_unavailable`
   */
  apply(event: AgentEvent): Promise<WatchEvent | undefined> | undefined {
    const generation = this.held.get(event.agentId);
    const isOfOthers = event.type === 'availability'; // the agent itself has not changed, nor its generation
    if (!isOfOthers && generation !== undefined && generation >= Number(event.data.generation)) return undefined;
    const change = this.changes.of(event);
    // Most changes are of agents that the client neither has nor gets; with many watches, a promise for each would cost the most.
    if (generation === undefined && !this.decided && change.isKnownOutside(this.selection)) return undefined;
    return this.applyChange(change);
  }

  private async applyChange(change: AgentChange): Promise<WatchEvent | undefined> {
    const { agentId: id } = change.event;
    const agent = await change.agent();
    if (agent && change.isIn(this.selection, agent)) {
      this.held.set(id, agent.generation);
      this.decided?.add(id);
      return { type: 'upsert', data: change.record(agent, seesSecrets(this.selection.principal, agent)) };
    }
    const isSent = this.held.delete(id) ? 'yes' : await this.mayBeHeld(change, agent);
    if (isSent === 'unknown') return { type: 'gone', data: '{}' };
    this.decided?.add(id);
    return isSent === 'yes' ? removed(id, !agent || agent.deregisteredAt ? 'deregistered' : 'left') : undefined;
  }

  private async mayBeHeld(
    change: AgentChange,
    agent: AgentEntity | undefined,
  ): Promise<ReturnType<typeof mayHaveSent>> {
    if (!this.decided || this.decided.has(change.event.agentId)) return 'no';
    const { criteria } = this.selection;
    const events = criteria.where === undefined ? [change.event] : await change.eventsSince();
    return events ? mayHaveSent(criteria, events, agent) : 'unknown';
  }
}

function removed(id: string, cause: 'deregistered' | 'left'): WatchEvent {
  return { type: 'remove', data: JSON.stringify({ id, cause }) };
}
