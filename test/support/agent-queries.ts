import { BY_ID } from '../../src/registry/search/agent-order';
import type { AgentQuery } from '../../src/registry/search/agent-query';

/** The first hundred of all agents, and how many there are. */
export const ALL_AGENTS: AgentQuery = {
  types: [],
  statuses: [],
  categories: [],
  capabilities: [],
  metadata: [],
  order: BY_ID,
  limit: 100,
  includeTotal: true,
};
