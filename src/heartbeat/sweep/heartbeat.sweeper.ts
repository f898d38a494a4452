import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { PinoLogger } from 'nestjs-pino';
import { Clock } from '../../platform/common/clock';
import { Histogram } from '../../platform/observability/histogram';
import { PeriodicTasks, type AddedTask } from '../../platform/scheduling/periodic-tasks';
import { Configuration } from '../../platform/config/configuration';
import type { Querier } from '../../platform/database/database';
import { AgentEvents } from '../../events/agent-events';
import { IntervalScaling } from '../../liveness/interval-scaling';
import { timeoutSeconds } from '../../agent/heartbeat-timeout';
import { HeartbeatBuffer } from '../../liveness/heartbeat-buffer';
import { BeatFlusher } from '../beat-flusher';
import { LocalHealthMonitor } from './local-health-monitor';
import { nextCadence, pausesOf, type OwnerIntervalScaling } from './interval-scaling-rule';
import { ReplicaLease } from '../replica-lease';
import { ReplicasRepository } from '../replicas.repository';
import { groupOf, groupsOf, mayBeMassDeath, preservation, type Preservation } from './self-preservation';
import type { TimeoutPolicy } from './overdue.sql';
import { statusAfterSilence } from './silence';
import {
  SweepRepository,
  type FleetCount,
  type Suspect,
  type SweepState,
  type StatusTransition,
} from './sweep.repository';

const MOST_SUSPECTS = 50_000;
const BATCH = 2_000;

/** How the sweep is doing, as far as this replica knows. */
export interface SweepReport {
  /** Since the last sweep that this replica ran, or saw another one run; null before the first. */
  secondsSinceSuccess: number | null;
  /** Three sweeps have been missed, or none has run since the start for as long. */
  isLate: boolean;
  /** Self-preservation holds agents that seem to have died together. */
  isProtecting: boolean;
}

/** Finds the agents that have expired silent. One replica at a time; what it needs to remember is in the database. */
@Injectable()
export class HeartbeatSweeper {
  /** Sweeps that this replica ran to the end. */
  readonly durations = new Histogram();
  private readonly startedAt: number;
  private lastSuccessAt: number | undefined;
  private isProtecting = false;
  private readonly task: AddedTask;

  constructor(
    private readonly sweeps: SweepRepository,
    private readonly replicas: ReplicasRepository,
    private readonly lease: ReplicaLease,
    private readonly flusher: BeatFlusher,
    private readonly localHealth: LocalHealthMonitor,
    private readonly buffer: HeartbeatBuffer,
    private readonly intervals: IntervalScaling,
    private readonly events: AgentEvents,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
    tasks: PeriodicTasks,
  ) {
    this.startedAt = clock.monotonicMs();
    this.task = tasks.add({
      name: 'heartbeat-sweep',
      everyMs: configuration.HEARTBEAT_SWEEP_INTERVAL_SECONDS * 1000,
      firstAfterMs: 0,
      isWoken: true,
      run: async () => {
        if (!(await this.sweep())) throw new Error('Heartbeats cannot be written, so no silence is judged');
      },
    });
    logger.setContext(HeartbeatSweeper.name);
  }

  /** Sweeps when that is due. Cron only wakes it: what is due, the monotonic clock says. */
  @Cron(CronExpression.EVERY_SECOND, { waitForCompletion: true })
  tick(): Promise<void> {
    return this.task.wake();
  }

  /** When the last sweep ran that this replica knows of, its own or another's, in milliseconds of the monotonic clock. */
  get lastSuccess(): number | undefined {
    return this.lastSuccessAt;
  }

  report(): SweepReport {
    const since = (this.clock.monotonicMs() - (this.lastSuccessAt ?? this.startedAt)) / 1000;
    return {
      secondsSinceSuccess: this.lastSuccessAt === undefined ? null : Math.round(since),
      isLate: since > 3 * this.configuration.HEARTBEAT_SWEEP_INTERVAL_SECONDS + 1,
      isProtecting: this.isProtecting,
    };
  }

  /** One sweep, or none when another replica is at it or has just been. False when this replica cannot write heartbeats and so judges none. */
  async sweep(): Promise<boolean> {
    // What agents have told this replica counts; and who cannot write beats does not judge who has sent none.
    if (!(await this.flusher.flush())) return false;
    // Whoever sweeps then: what this replica has missed, no other one has heard.
    await this.localHealth.reportMissed(() => this.sweeps.countSilenceAnew());
    const start = this.clock.monotonicMs();
    const hasSwept = await this.sweeps.exclusively((transaction) => this.sweepNow(transaction));
    const { cadences, heldFor, sinceLastSweep } = await this.sweeps.state();
    this.intervals.adopt(cadences);
    this.isProtecting = heldFor.size > 0;
    const end = this.clock.monotonicMs();
    // Not "now" when another replica is at it: that one may be stuck.
    if (sinceLastSweep !== null) this.lastSuccessAt = end - sinceLastSweep * 1000;
    if (!hasSwept) return true;
    this.durations.observe((end - start) / 1000);
    this.logger.debug({ duration_ms: Math.round(end - start) }, 'Heartbeat sweep done');
    return true;
  }

  /** True when it swept; false when another replica has just done so. */
  private async sweepNow(transaction: Querier): Promise<boolean> {
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
    const cadences = await this.nextCadences(transaction, fleet, before);
    const others = await this.replicas.others(transaction, this.lease.id, timeout / 2);
    const timeouts = { timeout, slowed: cadences, inactiveAfter, others };
    const suspects = fleet.hasSuspects ? await this.sweeps.suspects(transaction, timeouts, MOST_SUSPECTS) : [];
    const areAll = suspects.length < MOST_SUSPECTS;
    const transitions = suspects.flatMap((suspect) => this.judge(suspect, timeouts));

    const overdue = transitions.filter(({ becomes }) => becomes === 'unhealthy').length;
    const censuses = mayBeMassDeath({ overdue, lostLately: fleet.lostLately })
      ? await this.sweeps.censuses(transaction, timeouts)
      : [];
    const judged = preservation(censuses, (group) => before.heldFor.get(group) ?? 0, timeout);
    this.tell(judged, before.heldFor, { overdue, live: fleet.live });
    const held = [...judged].filter(([, judgement]) => judgement === 'hold').map(([group]) => group);
    await this.applyTransitions(await this.believed(transaction, timeouts, { transitions, areAll, held }));
    await this.sweeps.end(transaction, {
      // Believed, but too many for one sweep: the next ones go on believing.
      held: areAll ? held : [...judged.keys()],
      cadences,
      tolerance: asFactor(cadences, fleet.shortestInterval),
    });
    return true;
  }

  /** By owner, those only that are slowed or have been. Most of the time nobody is, and owners need not be looked at. */
  private async nextCadences(
    transaction: Querier,
    { wanted }: FleetCount,
    { cadences }: SweepState,
  ): Promise<Map<string, OwnerIntervalScaling>> {
    const target = this.configuration.HEARTBEAT_TARGET_PER_SECOND;
    const pauses =
      wanted > target ? pausesOf(await this.sweeps.demands(transaction), target) : new Map<string, number>();
    const next = new Map<string, OwnerIntervalScaling>();
    for (const owner of new Set([...pauses.keys(), ...cadences.keys()])) {
      const cadence = nextCadence(pauses.get(owner) ?? 0, cadences.get(owner));
      if (cadence) next.set(owner, cadence);
    }
    return next;
  }

  private judge(suspect: Suspect, { timeout, slowed, inactiveAfter }: TimeoutPolicy): StatusTransition[] {
    if (this.buffer.get(suspect.id)) return []; // it has just spoken to us
    const pause = Math.max(suspect.intervalSeconds, slowed.get(suspect.owner)?.tolerance ?? 0);
    const becomes = statusAfterSilence({ ...suspect, timeout: timeoutSeconds(pause, timeout), inactiveAfter });
    return becomes ? [{ ...suspect, becomes }] : [];
  }

  /** The transitions that are carried out. */
  private async believed(
    transaction: Querier,
    timeouts: TimeoutPolicy,
    { transitions, areAll, held }: { transitions: StatusTransition[]; areAll: boolean; held: readonly string[] },
  ): Promise<StatusTransition[]> {
    if (held.length === 0) return transitions;
    const isHeld = (suspect: Suspect): boolean => groupsOf(suspect).some((group) => held.includes(group));
    if (areAll) return transitions.filter((verdict) => verdict.becomes !== 'unhealthy' || !isHeld(verdict));
    // Those that are held may be so many that nobody else's were looked at.
    const others = await this.sweeps.suspects(transaction, timeouts, MOST_SUSPECTS, held);
    return others.flatMap((suspect) => this.judge(suspect, timeouts));
  }

  private async applyTransitions(transitions: StatusTransition[]): Promise<void> {
    for (let start = 0; start < transitions.length; start += BATCH) {
      this.events.publishAll(await this.sweeps.applyInOwnTransaction(transitions.slice(start, start + BATCH)));
    }
  }

  private tell(
    judged: ReadonlyMap<string, Preservation>,
    heldFor: ReadonlyMap<string, number>,
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

/** The release before knows one tolerance for all agents, a factor: the greatest. */
function asFactor(cadences: ReadonlyMap<string, OwnerIntervalScaling>, shortestInterval: number): number {
  return Math.max(1, ...[...cadences.values()].map(({ tolerance }) => tolerance / shortestInterval));
}

/** Whether the registry was away since the last sweep: stopped, paused, or without its database. */
function isBreak(sinceLastSweep: number | null, interval: number): boolean {
  return sinceLastSweep === null || sinceLastSweep > 2 * interval + 0.5; // sweeps come on whole seconds
}
