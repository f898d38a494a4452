import type { AgentEntity } from '../agent.entity';
import type { AgentFilter } from '../search/filter-expression';
import type { Sight } from '../search/filter-condition';
import type { Requirement } from './selector';

/** Which agents there are for whoever asks, and whose secrets expressions see. */
export interface SelectorScope {
  where?: AgentFilter;
  sight: Sight;
}

export interface ResolveOptions {
  scope: SelectorScope;
  /** The most matches; they come in the order of their ids. */
  limit: number;
  /** The most near misses. Without them none is looked for. */
  nearMisses: number;
  /** What the module that asks requires beside the selector. */
  also?: readonly Requirement[];
}

/** An agent that meets some of what a selector says, but not all. */
export interface NearMiss {
  agent: AgentEntity;
  failed: Requirement[];
}

export interface Resolved {
  matches: AgentEntity[];
  /** Those first that fail the fewest requirements. */
  near_misses: NearMiss[];
}

/** A row of the statement: an agent, and the places of the requirements that it does not meet. */
export interface ResolvedRow extends AgentEntity {
  failed: number[];
  failures: number;
}
