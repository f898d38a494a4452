import { Injectable } from '@nestjs/common';
import { Configuration } from '../../platform/config/configuration';
import type { Querier } from '../../platform/database/database';
import { ReplicaLease } from '../replica-lease';
import { LocalHealthMonitor } from './local-health-monitor';
import { OverdueAgents, type FoundAgents } from './overdue-agents';
import type { TimeoutPolicy } from './overdue.sql';
import { asFactor, OwnerCadences } from './owner-cadences';
import { PreservedGroups } from './preserved-groups';
import { groupsOf } from './self-preservation';
import { SweepRepository, type StatusTransition, type SweepState } from './sweep.repository';

/** One sweep over all agents, in the order of its steps. What the next one needs of it is in the database. */
@Injectable()
export class FleetSweep {
  constructor(
    private readonly sweeps: SweepRepository,
    private readonly localHealth: LocalHealthMonitor,
    private readonly lease: ReplicaLease,
    private readonly cadences: OwnerCadences,
    private readonly overdue: OverdueAgents,
    private readonly groups: PreservedGroups,
    private readonly configuration: Configuration,
  ) {}

  /** Has all replicas count silence anew when this one has missed heartbeats: no other replica has received them. */
  async reportMissed(): Promise<void> {
    await this.localHealth.reportMissed(() => this.sweeps.countSilenceAnew());
  }

  /** Sweeps, unless another replica is at it or has just been; then the state that the last sweep left. */
  async run(): Promise<{ hasSwept: boolean; state: SweepState }> {
    const hasSwept = await this.sweeps.exclusively((transaction) => this.sweep(transaction));
    return { hasSwept: hasSwept ?? false, state: await this.sweeps.state() };
  }

  /** True when it swept; false when another replica has just done so. */
  private async sweep(transaction: Querier): Promise<boolean> {
    const { HEARTBEAT_TIMEOUT_SECONDS: timeout, HEARTBEAT_SWEEP_INTERVAL_SECONDS: interval } = this.configuration;
    let before = await this.sweeps.state(transaction);
    if (before.sinceLastSweep !== null && before.sinceLastSweep < interval / 2) return false;
    if (before.isByFactor) {
      await this.sweeps.adoptFactor(transaction);
      before = await this.sweeps.state(transaction);
    }
    await this.sweeps.begin(
      transaction,
      this.localHealth.hasMissedHeartbeats || isBreak(before.sinceLastSweep, interval),
    );

    const inactiveAfter = this.configuration.HEARTBEAT_INACTIVE_AFTER_SECONDS;
    const fleet = await this.sweeps.count(transaction, { timeout, inactiveAfter });
    const cadences = await this.cadences.next(transaction, fleet, before.cadences);
    const others = await this.lease.others(transaction, timeout / 2);
    const timeouts = { timeout, slowed: cadences, inactiveAfter, others };
    const found = fleet.hasSuspects
      ? await this.overdue.find(transaction, timeouts)
      : { transitions: [], areAll: true };

    const overdue = found.transitions.filter(({ becomes }) => becomes === 'unhealthy').length;
    const judged = await this.groups.judge(transaction, timeouts, { overdue, fleet, heldFor: before.heldFor });
    const held = [...judged].filter(([, judgement]) => judgement === 'hold').map(([group]) => group);
    await this.overdue.apply(await this.believed(transaction, timeouts, found, held));
    await this.sweeps.end(transaction, {
      // Given up, but too many for one sweep: the next ones go on with them.
      held: found.areAll ? held : [...judged.keys()],
      cadences,
      tolerance: asFactor(cadences, fleet.shortestInterval),
    });
    return true;
  }

  /** The transitions that are carried out. */
  private async believed(
    transaction: Querier,
    timeouts: TimeoutPolicy,
    { transitions, areAll }: FoundAgents,
    held: readonly string[],
  ): Promise<StatusTransition[]> {
    if (held.length === 0) return transitions;
    const isHeld = (agent: StatusTransition): boolean => groupsOf(agent).some((group) => held.includes(group));
    if (areAll) return transitions.filter((verdict) => verdict.becomes !== 'unhealthy' || !isHeld(verdict));
    // Those that are held may have filled the limit, so that no others were found.
    return (await this.overdue.find(transaction, timeouts, held)).transitions;
  }
}

/** Whether the registry was away since the last sweep: stopped, paused, or without its database. */
function isBreak(sinceLastSweep: number | null, interval: number): boolean {
  return sinceLastSweep === null || sinceLastSweep > 2 * interval + 0.5; // sweeps come on whole seconds
}
