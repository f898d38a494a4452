import { randomBytes } from 'node:crypto';
import type { AgentEntity } from '../../src/registry/agent.entity';

/** The body of `POST /agents/register`. */
export interface Registration {
  id?: string;
  name: string;
  type: string;
  category?: string;
  version?: string;
  capabilities?: string[];
  endpoints?: Record<string, string>;
  metadata?: Record<string, unknown>;
  heartbeat?: { interval_seconds?: number; enabled?: boolean };
  description?: string;
  locality?: string;
  skills?: object[];
  accepts?: string[];
  depends_on?: object[];
  incarnation?: string;
}

/** Every test file counts for itself. */
const prefix = `agent-${randomBytes(4).toString('hex')}`;
let built = 0;

/** A valid registration with every optional field but the id, and a name that no other one of this run has. */
export function registration(overrides: Partial<Registration> = {}): Registration {
  const name = `${prefix}-${++built}`;
  return {
    name,
    type: 'worker',
    category: 'data',
    version: '1.0.0',
    capabilities: ['summarise', 'translate'],
    endpoints: { http: `http://${name}.example.com:8080` },
    metadata: { team: 'core', region: 'eu-west' },
    heartbeat: { interval_seconds: 10, enabled: true },
    ...overrides,
  };
}

/** An active agent as it is read from the database, which has said nothing of itself but what it must. */
export function agentRecord(fields: Partial<AgentEntity> = {}): AgentEntity {
  const moment = new Date('2026-03-01T12:00:00Z');
  return {
    id: 'x',
    name: 'x',
    type: 'worker',
    category: null,
    version: null,
    capabilities: [],
    endpoints: {},
    status: 'active',
    metadata: {},
    registeredAt: moment,
    lastSeen: moment,
    health: null,
    ready: null,
    load: null,
    heartbeat: { interval_seconds: 10, enabled: true },
    description: null,
    locality: null,
    skills: [],
    accepts: [],
    depends_on: [],
    generation: 1,
    maintenanceBy: null,
    deregisteredAt: null,
    bannedAt: null,
    incarnation: null,
    owner: null,
    ...fields,
  };
}
