import { AGENT_STATUSES } from './agent-status';
import { HEALTH_STATUSES } from './agent-health';

/** The lifecycle status, as OpenAPI describes it. */
export const AGENT_STATUS_SCHEMA = {
  enum: AGENT_STATUSES,
  enumName: 'AgentStatus',
  enumSchema: {
    description:
      'Whether the agent is there. `active`: it beats in time. `unhealthy`: silent for longer than its timeout. `inactive`: silent for long, or imported and never alive. `maintenance`: taken out of service by an operator or by itself. `quarantined`: shut out by an operator. `deregistered`: gone; lists never show it.',
  },
};

/** The health status, as OpenAPI describes it. */
export const HEALTH_STATUS_SCHEMA = {
  enum: HEALTH_STATUSES,
  enumName: 'HealthStatus',
  enumSchema: {
    description:
      'How the agent is by its own last report. `unknown`: it has not sent any. `stale`: the last one is older than the agent’s timeout.',
  },
};
