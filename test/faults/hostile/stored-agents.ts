import type { Reply } from '../../support/wire';

interface Stored {
  id: string;
  name: string;
  type: string;
  category: string | null;
  version: string | null;
  status: string;
  capabilities: string[];
  endpoints: Record<string, string>;
  metadata: Record<string, unknown>;
  registered_at: string;
  health: Record<
    'cpu_percent' | 'memory_percent' | 'active_connections' | 'error_count' | 'uptime_seconds',
    number | null
  >;
  heartbeat: { interval_seconds: number; enabled: boolean; timeout_seconds: number };
}

/** Which limits of the contract an agent is beyond, by the answer to a read of it. */
export function brokenLimitsOf({ status, body }: Reply): string[] {
  if (status !== 200) return [`it is answered with ${status}`];
  const agent = JSON.parse(body) as Stored;
  const { capabilities, endpoints, metadata, health, heartbeat } = agent;
  const kept = {
    id: /^[A-Za-z0-9._:-]{1,255}$/.test(agent.id),
    registered_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(agent.registered_at),
    name: isWithin(1, [...agent.name].length, 255),
    type: isWithin(1, [...agent.type].length, 100),
    category: isWithin(0, [...(agent.category ?? '')].length, 100),
    version: isWithin(0, [...(agent.version ?? '')].length, 50),
    capabilities: isWithin(0, capabilities.length, 256) && new Set(capabilities).size === capabilities.length,
    words: capabilities.every((word) => isWithin(1, [...word].length, 256)),
    endpoints: isWithin(0, Object.keys(endpoints).length, 64),
    addresses: Object.values(endpoints).every((uri) => URL.canParse(uri)),
    metadata: isWithin(2, Buffer.byteLength(JSON.stringify(metadata)), 64 * 1024),
    levels: levelsOf(metadata) <= 8,
    load: isWithin(0, health.cpu_percent ?? 0, 100) && isWithin(0, health.memory_percent ?? 0, 100),
    figures: [health.active_connections, health.error_count].every(
      (figure) => (figure ?? 0) >= 0 && Number.isInteger(figure ?? 0),
    ),
    uptime: (health.uptime_seconds ?? 0) >= 0,
    interval: Number.isInteger(heartbeat.interval_seconds) && isWithin(1, heartbeat.interval_seconds, 3600),
  };
  return Object.entries(kept).flatMap(([limit, isKept]) => (isKept ? [] : [limit]));
}

function isWithin(min: number, value: number, max: number): boolean {
  return value >= min && value <= max;
}

function levelsOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(levelsOf)) : 0;
}
