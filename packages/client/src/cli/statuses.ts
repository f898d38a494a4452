import type { AgentStatus, HealthReport, HealthStatus, SettableStatus } from '../types.js';

/** Lists never show deregistered agents. */
export const LISTED_STATUSES = [
  'active',
  'unhealthy',
  'inactive',
  'maintenance',
  'quarantined',
] as const satisfies AgentStatus[];
export const SETTABLE_STATUSES = ['active', 'maintenance', 'quarantined'] as const satisfies SettableStatus[];
export const HEALTH_STATUSES = [
  'healthy',
  'degraded',
  'unhealthy',
  'unknown',
  'stale',
] as const satisfies HealthStatus[];
/** What an agent may say of itself. */
export const REPORTABLE_STATUSES = [
  'healthy',
  'degraded',
  'unhealthy',
  'unknown',
] as const satisfies HealthReport['status'][];
