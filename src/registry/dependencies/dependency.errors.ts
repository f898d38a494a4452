import { DomainError } from '../../platform/validation/domain-error';

/** An agent that would not be available any more, with those on the way to the one that stops. */
export interface BrokenAgent {
  id: string;
  path: string[];
}

/** Before the first graph is there. */
export function graphUnavailable(): DomainError {
  const detail = 'Who depends on whom is not known yet: the service has just started, or cannot reach its database';
  return new DomainError('unavailable', 'graph_unavailable', detail);
}

/** The 409 of `if_safe`: `breaks` has those of the broken agents that the caller may read. */
export function wouldBreak(id: string, breaks: readonly BrokenAgent[]): DomainError {
  const detail = `Without agent ${id} others would not be available any more; without if_safe it is done all the same`;
  return new DomainError('conflict', 'would_break', detail, { members: { breaks } });
}
