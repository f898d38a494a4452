import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../platform/common/clock';
import type { PolicyDecision, PolicyRequest } from './policy-decision-point';

const CAPACITY = 10_000;

/**
 * Decisions of late, so that a fleet that registers again after an outage does not flood the policy. Keyed by the whole request;
 * denials hold as long as approvals. An indeterminate one is not kept.
 */
export class DecisionCache {
  private readonly decisions: LRUCache<string, PolicyDecision> | undefined;

  constructor(clock: Clock, ttlSeconds: number) {
    if (ttlSeconds <= 0) return;
    const perf = { now: () => clock.monotonicMs() };
    this.decisions = new LRUCache({ max: CAPACITY, ttl: ttlSeconds * 1000, perf, ttlResolution: 0 });
  }

  get(request: PolicyRequest): PolicyDecision | undefined {
    return this.decisions?.get(keyOf(request));
  }

  keep(request: PolicyRequest, decision: PolicyDecision): void {
    if (decision.outcome !== 'indeterminate') this.decisions?.set(keyOf(request), decision);
  }
}

function keyOf(request: PolicyRequest): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('base64url');
}
