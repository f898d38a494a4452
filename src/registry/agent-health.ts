import { TOLERATED_INTERVALS } from './heartbeat-timeout';

/** How an agent feels. `unknown` before the first report, `stale` when the last one is older than the agent's timeout. */
export const HEALTH_STATUSES = ['healthy', 'degraded', 'unhealthy', 'unknown', 'stale'] as const;
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

/** What is kept of an agent's last report. `status` is what it said of itself, else what its figures say. */
export interface ReportedHealth {
  status: HealthStatus;
  cpu_percent?: number;
  memory_percent?: number;
  uptime_seconds?: number;
  active_connections?: number;
  error_count?: number;
  metrics?: Record<string, unknown>;
  /** RFC 3339. */
  last_check: string;
}

/** The health status as of now. The SQL twin of this rule is {@link HEALTH_STATUS_SQL}. */
export function healthStatus(health: ReportedHealth | null, timeoutSeconds: number, now: Date): HealthStatus {
  if (!health) return 'unknown';
  const age = now.getTime() - new Date(health.last_check).getTime();
  return age > timeoutSeconds * 1000 ? 'stale' : health.status;
}

/** {@link healthStatus} over a row of `agents`; `$timeout` stands for the service-wide timeout in seconds. */
export const HEALTH_STATUS_SQL = `
  CASE WHEN health IS NULL THEN 'unknown'
       WHEN (health->>'last_check')::timestamptz
            < now() - make_interval(secs => greatest($timeout::int, ${TOLERATED_INTERVALS} * (heartbeat->>'interval_seconds')::int)) THEN 'stale'
       ELSE health->>'status' END`;
