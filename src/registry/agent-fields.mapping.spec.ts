import { agentRecord } from '../../test/support/builders';
import { fieldsFrom, fieldsOf, type AgentFields } from './agent-fields.mapping';

const DEFAULTS: Omit<AgentFields, 'name' | 'type'> = {
  category: null,
  version: null,
  capabilities: [],
  endpoints: {},
  metadata: {},
  heartbeat: { interval_seconds: 10, enabled: true },
  description: null,
  locality: null,
  skills: [],
  accepts: [],
  depends_on: [],
};
const FULL: AgentFields = {
  name: 'DataProcessor',
  type: 'worker',
  category: 'processing',
  version: '1.0.0',
  capabilities: ['b', 'a'],
  endpoints: { api: 'http://localhost:5000' },
  metadata: { team: 'core', nested: { list: [null, 0, false] } },
  heartbeat: { interval_seconds: 60, enabled: false },
  description: 'Processes data.',
  locality: 'eu/de/fra1',
  skills: [{ id: 'extract', version: '2.1.0', input_schema: { type: 'object' } }],
  accepts: ['restart', 'drain'],
  depends_on: [{ name: 'text', capability: 'ocr', required: false, min: 2 }],
};
const NULLS = {
  category: null,
  version: null,
  capabilities: null,
  endpoints: null,
  metadata: null,
  heartbeat: null,
  description: null,
  locality: null,
  skills: null,
  accepts: null,
  depends_on: null,
};

describe('fieldsFrom', () => {
  it.each<[string, object, object]>([
    ['nothing but the required fields', {}, DEFAULTS],
    ['null for all other fields', NULLS, DEFAULTS],
    ['empty values', { category: '', version: '', capabilities: [] }, { ...DEFAULTS, category: '', version: '' }],
    [
      'an interval only',
      { heartbeat: { interval_seconds: 60 } },
      { ...DEFAULTS, heartbeat: { interval_seconds: 60, enabled: true } },
    ],
    [
      'a switch only',
      { heartbeat: { enabled: false } },
      { ...DEFAULTS, heartbeat: { interval_seconds: 10, enabled: false } },
    ],
    ['an empty heartbeat', { heartbeat: {} }, DEFAULTS],
    ['null inside a skill', { skills: [{ id: 'a', name: null, tags: null }] }, { ...DEFAULTS, skills: [{ id: 'a' }] }],
    [
      'a dependency without its defaults',
      {
        depends_on: [
          { agent: 'b', required: null },
          { skill: 'c', version: '^1', min: 3 },
        ],
      },
      {
        ...DEFAULTS,
        depends_on: [
          { agent: 'b', required: true, min: 1 },
          { skill: 'c', version: '^1', required: true, min: 3 },
        ],
      },
    ],
    ['null inside the heartbeat', { heartbeat: { interval_seconds: null, enabled: null } }, DEFAULTS],
  ])('fills in the defaults of a body with %s', (_, body, expected) => {
    expect(fieldsFrom({ name: 'a', type: 't', ...body })).toEqual({ name: 'a', type: 't', ...expected });
  });

  it('takes every field of a body that has them all', () => {
    expect(fieldsFrom(FULL)).toEqual(FULL);
  });

  it('takes nothing else', () => {
    const body = { ...FULL, id: 'x', status: 'maintenance', health: {}, generation: 7, registered_at: 'x' };
    expect(fieldsFrom(body)).toEqual(FULL);
  });

  it('never gives two agents the same default object', () => {
    const [one, other] = [fieldsFrom({ name: 'a', type: 't' }), fieldsFrom({ name: 'a', type: 't' })];
    for (const name of [
      'capabilities',
      'endpoints',
      'metadata',
      'heartbeat',
      'skills',
      'accepts',
      'depends_on',
    ] as const) {
      expect(one[name]).not.toBe(other[name]);
    }
  });
});

describe('fieldsOf', () => {
  const agent = agentRecord({ id: 'a', ...FULL, generation: 7 });

  it('gives the registration fields of an agent and nothing else of it', () => {
    expect(fieldsOf(agent)).toEqual(FULL);
  });

  it('gives what would register the same agent again', () => {
    expect(fieldsFrom(fieldsOf(agent))).toEqual(FULL);
  });
});
