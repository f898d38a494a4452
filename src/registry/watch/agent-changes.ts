import { Injectable } from '@nestjs/common';
import type { AgentEvent } from '../../events/agent-event';
import { EventLogService } from '../../events/event-log.service';
import { AgentPresenter } from '../agent.presenter';
import { AgentReader } from '../agent.reader';
import type { AgentEntity } from '../agent.entity';
import type { WatchSelection } from './watch-selection';

const MOST_LATER = 100;

/**
 * Events of the log, each with the agent as it is by then. All watches of a replica share them: the agent is read once, each selection is
 * compared with it once, and it is written as JSON once.
 */
@Injectable()
export class AgentChanges {
  /** The events themselves are shared by all who follow the log, see `EventLogReader`. */
  private readonly changes = new WeakMap<AgentEvent, AgentChange>();

  constructor(
    private readonly agents: AgentReader,
    private readonly log: EventLogService,
    private readonly presenter: AgentPresenter,
  ) {}

  /** @throws DomainError `store_unavailable` */
  of(event: AgentEvent): AgentChange {
    const known = this.changes.get(event);
    if (known) return known;
    const change = new AgentChange(event, this.agents, this.log, this.presenter);
    this.changes.set(event, change);
    return change;
  }
}

/** One event, and the agent as it was at some moment after it. */
export class AgentChange {
  private readonly reading: Promise<AgentEntity | undefined>;
  private isRead = false;
  private found: AgentEntity | undefined;
  private readonly verdicts = new Map<string, boolean>();
  private readonly records = new Map<boolean, string>();

  constructor(
    readonly event: AgentEvent,
    private readonly agents: AgentReader,
    private readonly log: EventLogService,
    private readonly presenter: AgentPresenter,
  ) {
    this.reading = this.agents.present(event.agentId).then((agent) => {
      this.isRead = true;
      return (this.found = agent);
    });
    this.reading.catch(() => undefined); // each watch that asks gets the error
  }

  /** The agent, or its tombstone; undefined when the tombstone is gone too. */
  agent(): Promise<AgentEntity | undefined> {
    return this.reading;
  }

  /** The event and those of the agent after it, oldest first: at most {@link MOST_LATER}, undefined when there are more. */
  async eventsSince(): Promise<AgentEvent[] | undefined> {
    const later = await this.log.ofAgentAfter(this.event.agentId, this.event.revision, MOST_LATER + 1);
    return later.length > MOST_LATER ? undefined : [this.event, ...later];
  }

  /** Whether the agent belongs to a selection. */
  isIn({ key, criteria }: WatchSelection, agent: AgentEntity): boolean {
    const known = this.verdicts.get(key);
    if (known !== undefined) return known;
    const verdict = this.agents.matches(criteria, agent);
    this.verdicts.set(key, verdict);
    return verdict;
  }

  /** Whether it is known by now that the agent does not belong to a selection. */
  isKnownOutside(selection: WatchSelection): boolean {
    return this.isRead && (this.found === undefined || !this.isIn(selection, this.found));
  }

  /** The record as JSON, with its secrets or without. */
  record(agent: AgentEntity, isAllShown: boolean): string {
    const known = this.records.get(isAllShown);
    if (known !== undefined) return known;
    const shown = this.presenter.record(agent, isAllShown);
    // What the event says counts: what this replica knows may be of a moment before.
    if (this.event.type === 'availability') shown.available = this.event.to === 'available';
    const record = JSON.stringify(shown);
    this.records.set(isAllShown, record);
    return record;
  }
}
