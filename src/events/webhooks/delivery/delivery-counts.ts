import { DISABLED_REASONS, type DisabledReason } from '../webhook.entity';

/** What came of an attempt: `retried` follows when one failed that is not the last. */
export const ATTEMPT_OUTCOMES = ['delivered', 'retried', 'failed'] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

/** Totals since the start of the process. */
export class DeliveryCounts {
  readonly attempts = new Map<AttemptOutcome, number>(ATTEMPT_OUTCOMES.map((outcome) => [outcome, 0]));
  readonly disablings = new Map<DisabledReason, number>(DISABLED_REASONS.map((reason) => [reason, 0]));

  add(outcome: AttemptOutcome): void {
    this.attempts.set(outcome, this.attempts.get(outcome)! + 1);
  }

  disabled(reason: DisabledReason): void {
    this.disablings.set(reason, this.disablings.get(reason)! + 1);
  }
}
