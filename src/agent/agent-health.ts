import { dateOf } from '../platform/common/clock';
import type { AgentStatus } from './agent-status';
import { TOLERATED_INTERVALS } from './heartbeat-timeout';

/** How an agent feels. `unknown` before the first report, `stale` when the last one is older than the agent's timeout. */
export const HEALTH_STATUSES = ['healthy', 'degraded', 'unhealthy', 'unknown', 'stale'] as const;
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

/** What an agent may say of itself. */
export const REPORTABLE_STATUSES = ['healthy', 'degraded', 'unhealthy', 'unknown'] as const;

/** What came with a heartbeat, its status made out. */
export interface HealthReport {
  status: HealthStatus;
  message?: string;
  cpu_percent?: number;
  memory_percent?: number;
  uptime_seconds?: number;
  active_connections?: number;
  error_count?: number;
  metrics?: Record<string, unknown>;
}

/** What is kept of an agent's last report. */
export interface ReportedHealth extends HealthReport {
  /** RFC 3339. */
  last_check: string;
}

/** Of CPU or memory: from which percentage on an agent that has not said how it is counts as degraded, and as unhealthy. */
export interface HealthThresholds {
  readonly degraded: number;
  readonly unhealthy: number;
}

/** What came with a heartbeat beside a report. It is of this heartbeat alone: the next one says it anew, or does not. */
export interface Readiness {
  /** Whether the agent takes work now; absent: as it is alive. */
  ready?: boolean;
  /** How busy it is, 0 to 1. */
  load?: number;
}

/** Whether an agent takes work now: it is active, and has not said otherwise. The SQL twin of this rule is {@link READY_SQL}. */
export function isReady(status: AgentStatus, said: boolean | null | undefined): boolean {
  return status === 'active' && said !== false;
}

/** {@link isReady} over a row of `agents`. */
export const READY_SQL = `(agents.status = 'active' AND agents.ready IS NOT FALSE)`;

/** How an agent is that has not said so: as its busier figure, CPU or memory, has it. Without figures it is healthy. */
export function statusFromFigures(
  { cpu_percent = 0, memory_percent = 0 }: Omit<HealthReport, 'status'>,
  { degraded, unhealthy }: HealthThresholds,
): HealthStatus {
  const load = Math.max(cpu_percent, memory_percent);
  if (load >= unhealthy) return 'unhealthy';
  return load >= degraded ? 'degraded' : 'healthy';
}

/** The health status as of now. The SQL twin of this rule is {@link healthStatusSql}. */
export function healthStatus(health: ReportedHealth | null, timeoutSeconds: number, now: Date): HealthStatus {
  if (!health) return 'unknown';
  const age = now.getTime() - dateOf(health.last_check).getTime();
  return age > timeoutSeconds * 1000 ? 'stale' : health.status;
}

/** {@link healthStatus} over a row of `agents`, given the SQL of the service-wide timeout in seconds and of the present time. */
export function healthStatusSql(timeout: string, now = 'now()'): string {
  return `
    CASE WHEN health IS NULL THEN 'unknown'
         WHEN (health->>'last_check')::timestamptz < ${now} - make_interval(secs => ${timeoutSql(timeout)}) THEN 'stale'
         ELSE health->>'status' END`;
}

/** The timeout of a row's agent in seconds, see `timeoutSeconds`. */
export function timeoutSql(timeout: string): string {
  return `greatest((${timeout})::float8, ${TOLERATED_INTERVALS} * (heartbeat->>'interval_seconds')::int)`;
}
