import { DomainError } from '../platform/validation/domain-error';
import type { PolicyDecision } from './policy-decision-point';

export function governanceDenied({ reason, problem }: Pick<PolicyDecision, 'reason' | 'problem'>): DomainError {
  const detail = reason || 'The policy does not allow this';
  return new DomainError('forbidden', 'governance_denied', detail, { members: problem });
}

export function governanceUnavailable({ reason }: Pick<PolicyDecision, 'reason'>): DomainError {
  const detail = `This change must be judged, and there is no judgement at the moment: ${reason ?? 'no answer'}`;
  return new DomainError('unavailable', 'governance_unavailable', detail);
}

/** What a governed change can answer, for OpenAPI. */
export const GOVERNANCE_PROBLEMS: readonly DomainError[] = [
  governanceDenied({ reason: 'No idols' }),
  governanceUnavailable({}),
];
