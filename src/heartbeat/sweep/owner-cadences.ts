import { Injectable } from '@nestjs/common';
import { Configuration } from '../../platform/config/configuration';
import type { Querier } from '../../platform/database/database';
import { nextCadence, pausesOf, type OwnerIntervalScaling } from './interval-scaling-rule';
import { SweepRepository, type FleetCount } from './sweep.repository';

/** By owner, those only that are slowed or have been. */
export type Cadences = ReadonlyMap<string, OwnerIntervalScaling>;

/** Works out, in a sweep, how slowly the agents of each owner are to beat from then on. */
@Injectable()
export class OwnerCadences {
  constructor(
    private readonly sweeps: SweepRepository,
    private readonly configuration: Configuration,
  ) {}

  /** What follows `before`. Owners are looked at only while some are slowed or too many heartbeats are wanted. */
  async next(transaction: Querier, { wanted }: FleetCount, before: Cadences): Promise<Cadences> {
    const target = this.configuration.HEARTBEAT_TARGET_PER_SECOND;
    const pauses =
      wanted > target ? pausesOf(await this.sweeps.demands(transaction), target) : new Map<string, number>();
    const next = new Map<string, OwnerIntervalScaling>();
    for (const owner of new Set([...pauses.keys(), ...before.keys()])) {
      const cadence = nextCadence(pauses.get(owner) ?? 0, before.get(owner));
      if (cadence) next.set(owner, cadence);
    }
    return next;
  }
}

/** The greatest tolerance as a factor: the release before keeps one for all agents. */
export function asFactor(cadences: Cadences, shortestInterval: number): number {
  return Math.max(1, ...[...cadences.values()].map(({ tolerance }) => tolerance / shortestInterval));
}
