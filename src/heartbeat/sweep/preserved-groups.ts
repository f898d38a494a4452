import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Configuration } from '../../platform/config/configuration';
import type { Querier } from '../../platform/database/database';
import type { TimeoutPolicy } from './overdue.sql';
import { groupOf, mayBeMassDeath, preservation, type Preservation } from './self-preservation';
import { SweepRepository, type FleetCount } from './sweep.repository';

/** Seconds for which each group has been held, by the keys of the groups. */
type HeldFor = ReadonlyMap<string, number>;

/** Applies self-preservation to what a sweep has found, and logs which groups of agents it begins and ends to hold. */
@Injectable()
export class PreservedGroups {
  constructor(
    private readonly sweeps: SweepRepository,
    private readonly configuration: Configuration,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(PreservedGroups.name);
  }

  /** The groups that seem to have died together. `overdue`: the agents that this sweep would make unhealthy. */
  async judge(
    transaction: Querier,
    timeouts: TimeoutPolicy,
    { overdue, fleet, heldFor }: { overdue: number; fleet: FleetCount; heldFor: HeldFor },
  ): Promise<Map<string, Preservation>> {
    const censuses = mayBeMassDeath({ overdue, lostLately: fleet.lostLately })
      ? await this.sweeps.censuses(transaction, timeouts)
      : [];
    const timeout = this.configuration.HEARTBEAT_TIMEOUT_SECONDS;
    const judged = preservation(censuses, (group) => heldFor.get(group) ?? 0, timeout);
    this.log(judged, heldFor, { overdue, live: fleet.live });
    return judged;
  }

  private log(
    judged: ReadonlyMap<string, Preservation>,
    heldFor: HeldFor,
    counts: { overdue: number; live: number },
  ): void {
    for (const [group, judgement] of judged) {
      const held_seconds = heldFor.get(group);
      const agents = namesOf(group);
      if (judgement === 'given_up') {
        this.logger.warn(
          { ...agents, ...counts, held_seconds },
          'The agents that fell silent together did not come back: recorded',
        );
      } else if (held_seconds === undefined) {
        this.logger.error(
          { ...agents, ...counts },
          'Most agents have expired silent together: held as they are, the fault may be here',
        );
      }
    }
    for (const [group, held_seconds] of heldFor)
      if (!judged.has(group))
        this.logger.info({ ...namesOf(group), held_seconds }, 'The agents that fell silent together are back');
  }
}

/** A group in a line of the log; nothing for all agents. */
function namesOf(group: string): { agent_owner?: string; agent_type?: string } {
  const [agent_owner, agent_type] = groupOf(group);
  return { ...(agent_owner && { agent_owner }), ...(agent_type && { agent_type }) };
}
