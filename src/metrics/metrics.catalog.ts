/** What is told of a metric, and by which labels. */
export interface MetricDefinition {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** What the numbers of several workers behind one port are together; their sum unless it says otherwise. */
  ofWorkers?: 'sum' | 'max' | 'min' | 'first';
}

/** Every metric of the service's own. `docs/metrics.md` is made of this by `npm run metrics-doc`. */
export const METRICS = {
  agent_registrations_total: {
    type: 'counter',
    help: 'Registrations that were written, also those that replaced one; imported definitions are not among them.',
    labels: [],
  },
  agent_deregistrations_total: {
    type: 'counter',
    help: 'Deregistrations that were written.',
    labels: [],
  },
  agent_identity_conflicts_total: {
    type: 'counter',
    help: 'Registrations that are part of a conflict: two definitions take turns under one id, so two processes seem to use it.',
    labels: [],
  },
  agent_status_transitions_total: {
    type: 'counter',
    help: 'Changes of lifecycle status. from is "unknown" for a new agent; reason is register, import, heartbeat, silent, operator or deregister.',
    labels: ['from', 'to', 'reason'],
  },
  agent_health: {
    type: 'gauge',
    help: '1 when the health status of the agent is healthy, else 0. Left out altogether above METRICS_MAX_AGENT_SERIES agents, and while the database is away.',
    labels: ['agent_id', 'name'],
  },
  agent_health_series_omitted: {
    type: 'gauge',
    help: 'Agents without an agent_health series because there are more than METRICS_MAX_AGENT_SERIES of them.',
    labels: [],
    ofWorkers: 'max',
  },
  active_agents: {
    type: 'gauge',
    help: 'Registered agents by type and lifecycle status (active is one of them). Beyond the 100 most frequent types, type is "other". Left out while the database is away.',
    labels: ['type', 'status'],
    ofWorkers: 'max',
  },
  http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from the head of a request to the end of its answer. route is the template, "unmatched" for the rest.',
    labels: ['method', 'route', 'status'],
  },
  http_connections: {
    type: 'gauge',
    help: 'Open connections of clients; above CONNECTIONS_MAX idle ones are closed.',
    labels: [],
  },
  http_request_bytes_in_flight: {
    type: 'gauge',
    help: 'Bytes of the bodies of requests that have not been answered; at most REQUEST_BYTES_IN_FLIGHT.',
    labels: [],
  },
  http_overload_total: {
    type: 'counter',
    help: 'Requests that were answered 503 overloaded. cause is bytes (REQUEST_BYTES_IN_FLIGHT) or connections (CONNECTIONS_MAX).',
    labels: ['cause'],
  },
  authentication_failures_total: {
    type: 'counter',
    help: 'Requests with a wrong token. answer is unauthorized (401) or rate_limited (429: too many from one address).',
    labels: ['answer'],
  },
  health_check_up: {
    type: 'gauge',
    help: 'Whether a check of /health says up: 1, else 0. check is database, redis, trifecta_court, heartbeat_sweep, heartbeat_flush, heartbeat_intake, or one that a module has added.',
    labels: ['check'],
    ofWorkers: 'min',
  },
  agent_heartbeats_total: {
    type: 'counter',
    help: 'Heartbeats that arrived, each one of a batch for itself. result is accepted, invalid, forbidden, not_registered or unavailable.',
    labels: ['result'],
  },
  heartbeat_buffer_size: {
    type: 'gauge',
    help: 'Agents whose last heartbeat is acknowledged and not yet in the database.',
    labels: [],
  },
  heartbeat_flush_duration_seconds: {
    type: 'histogram',
    help: 'Time that writing the acknowledged heartbeats took, also when it failed.',
    labels: [],
  },
  heartbeat_flush_lag_seconds: {
    type: 'gauge',
    help: 'Age of the oldest acknowledged heartbeat that is not in the database, whatever came after it; 0 when there is none.',
    labels: [],
    ofWorkers: 'max',
  },
  heartbeat_sweep_duration_seconds: {
    type: 'histogram',
    help: 'Time that a sweep took, of those that this replica ran.',
    labels: [],
  },
  heartbeat_sweep_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'Unix time of the last sweep that this replica ran, or saw another one run; 0 before the first.',
    labels: [],
    ofWorkers: 'max',
  },
  heartbeat_protection_active: {
    type: 'gauge',
    help: '1 while self-preservation holds agents that seem to have died together, else 0.',
    labels: [],
    ofWorkers: 'max',
  },
  governance_decisions_total: {
    type: 'counter',
    help: 'Questions put before the Trifecta Court and entered in the audit trail. verdict is allowed, denied, error_open or error_closed.',
    labels: ['action', 'verdict'],
  },
  governance_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from a question to the verdict, or until it was given up; waiting for a place before the court included.',
    labels: [],
  },
  governance_breaker_state: {
    type: 'gauge',
    help: 'Circuit breaker of the way to the court: 0 closed (or no court), 1 half open, 2 open.',
    labels: [],
    ofWorkers: 'max',
  },
  cache_requests_total: {
    type: 'counter',
    help: 'Questions to the cache. tier is memory or redis (asked after a miss in memory, for totals of lists only); result is hit, miss, or error: Redis was asked in vain.',
    labels: ['tier', 'result'],
  },
  retention_deleted_rows_total: {
    type: 'counter',
    help: 'Rows that were deleted because they had been kept long enough. table is agent_events, governance_decisions, agents (tombstones) or idempotency_keys.',
    labels: ['table'],
  },
  retention_oldest_row_age_seconds: {
    type: 'gauge',
    help: 'Age of the oldest row that retention is to delete some day, as of its last run, at most half a minute ago as a rule; 0 when there is none.',
    labels: ['table'],
    ofWorkers: 'min',
  },
  retention_limit_seconds: {
    type: 'gauge',
    help: 'How long rows are kept, as configured. An oldest row that is much older says that retention does not keep up.',
    labels: ['table'],
    ofWorkers: 'max',
  },
  database_pool_connections: {
    type: 'gauge',
    help: 'Connections to PostgreSQL; state is busy or idle.',
    labels: ['state'],
  },
  database_pool_max_connections: {
    type: 'gauge',
    help: 'Connections to PostgreSQL that this process may open.',
    labels: [],
  },
  database_pool_waiting_statements: {
    type: 'gauge',
    help: 'Statements and transactions that wait for a connection to PostgreSQL.',
    labels: [],
  },
  database_reporting_connections: {
    type: 'gauge',
    help: 'Connections to PostgreSQL that lists, counts, analytics and metrics have to themselves; state is busy or idle.',
    labels: ['state'],
  },
  database_reporting_waiting_statements: {
    type: 'gauge',
    help: 'Lists, counts and analytics that wait for one of these connections.',
    labels: [],
  },
  database_reporting_refused_total: {
    type: 'counter',
    help: 'Lists, counts and analytics that were refused: reason is queue (as many wait as may, or it has waited too long) or timeout (it took longer than QUERY_TIMEOUT_MS).',
    labels: ['reason'],
  },
  agent_registry_build_info: {
    type: 'gauge',
    help: 'Always 1; the labels say what is running.',
    labels: ['version', 'node_version'],
    ofWorkers: 'first',
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;
