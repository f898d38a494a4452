import { Injectable } from '@nestjs/common';
import { timeoutSeconds } from '../../agent/heartbeat-timeout';
import { AgentEvents } from '../../events/agent-events';
import { HeartbeatBuffer } from '../../liveness/heartbeat-buffer';
import type { Querier } from '../../platform/database/database';
import type { TimeoutPolicy } from './overdue.sql';
import { statusAfterSilence } from './silence';
import { SweepRepository, type StatusTransition, type Suspect } from './sweep.repository';

const MOST_SUSPECTS = 50_000;
const BATCH = 2_000;

/** The agents that one sweep found silent for too long. */
export interface FoundAgents {
  transitions: StatusTransition[];
  /** False: there may be more than a sweep looks at. */
  areAll: boolean;
}

/** Finds the agents whose status changes for their silence, and changes it. */
@Injectable()
export class OverdueAgents {
  constructor(
    private readonly sweeps: SweepRepository,
    private readonly buffer: HeartbeatBuffer,
    private readonly events: AgentEvents,
  ) {}

  /** Active agents of the groups that are `held` are left out. */
  async find(transaction: Querier, timeouts: TimeoutPolicy, held: readonly string[] = []): Promise<FoundAgents> {
    const suspects = await this.sweeps.suspects(transaction, timeouts, MOST_SUSPECTS, held);
    return {
      transitions: suspects.flatMap((suspect) => this.judge(suspect, timeouts)),
      areAll: suspects.length < MOST_SUSPECTS,
    };
  }

  /** Changes the agents that have not changed since they were found, and publishes that. */
  async apply(transitions: readonly StatusTransition[]): Promise<void> {
    for (let start = 0; start < transitions.length; start += BATCH) {
      this.events.publishAll(await this.sweeps.applyInOwnTransaction(transitions.slice(start, start + BATCH)));
    }
  }

  private judge(suspect: Suspect, { timeout, slowed, inactiveAfter }: TimeoutPolicy): StatusTransition[] {
    if (this.buffer.get(suspect.id)) return []; // its heartbeat has just come in here
    const pause = Math.max(suspect.intervalSeconds, slowed.get(suspect.owner)?.tolerance ?? 0);
    const becomes = statusAfterSilence({ ...suspect, timeout: timeoutSeconds(pause, timeout), inactiveAfter });
    return becomes ? [{ ...suspect, becomes }] : [];
  }
}
