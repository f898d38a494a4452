import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../platform/common/clock';
import type { Judgement, Question } from './policy-authority';

const CAPACITY = 10_000;

/**
 * Verdicts of late, so that a fleet that registers again after an outage does not flood the court. Keyed by the whole question;
 * denials hold as long as approvals. What is no verdict is not kept.
 */
export class VerdictCache {
  private readonly verdicts: LRUCache<string, Judgement> | undefined;

  constructor(clock: Clock, ttlSeconds: number) {
    if (ttlSeconds <= 0) return;
    const perf = { now: () => clock.monotonicMs() };
    this.verdicts = new LRUCache({ max: CAPACITY, ttl: ttlSeconds * 1000, perf, ttlResolution: 0 });
  }

  get(question: Question): Judgement | undefined {
    return this.verdicts?.get(keyOf(question));
  }

  keep(question: Question, judgement: Judgement): void {
    if (judgement.outcome !== 'unreachable') this.verdicts?.set(keyOf(question), judgement);
  }
}

function keyOf(question: Question): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('base64url');
}
