import type { FieldError } from '../../platform/validation/domain-error';
import { encodeCursor } from '../../platform/validation/paging/paging';
import { QueryParameters } from '../../platform/validation/query-parameters';
import { agentFilter } from './filter-expression';
import { BY_ID } from './agent-order';
import { queryFromDiscovery, queryFromParameters, type AgentQuery } from './agent-query';

const from = (search: string): AgentQuery =>
  queryFromParameters(QueryParameters.of({ originalUrl: `/agents?${search}` }));

const ALL: AgentQuery = {
  types: [],
  statuses: [],
  categories: [],
  name: undefined,
  version: undefined,
  capabilities: [],
  health: undefined,
  metadata: [],
  filter: undefined,
  order: BY_ID,
  limit: 100,
  includeTotal: true,
};

/** The fields that a request is refused for. */
function refused(work: () => unknown): string[] {
  try {
    work();
    return [];
  } catch (error) {
    expect(error).toMatchObject({ kind: 'invalid', code: 'validation_failed' });
    return (error as { errors: FieldError[] }).errors.map(({ field }) => field);
  }
}

const repeated = (character: string, count: number): string => encodeURIComponent(character.repeat(count));

const metadataFilters = (count: number): string =>
  Array.from({ length: count }, (_, n) => `metadata.key-${n}=x`).join('&');

describe('queryFromParameters', () => {
  it('selects the first hundred of all agents without parameters', () => {
    expect(from('')).toEqual(ALL);
  });

  it.each<[string, Partial<AgentQuery>]>([
    ['type=worker', { types: ['worker'] }],
    ['type=worker&type=router', { types: ['worker', 'router'] }],
    ['status=active&status=maintenance', { statuses: ['active', 'maintenance'] }],
    ['status=deregistered', { statuses: ['deregistered'] }],
    ['category=data&category=web', { categories: ['data', 'web'] }],
    ['name=a%20b', { name: 'a b' }],
    ['version=1.0', { version: '1.0' }],
    ['capability=x&capability=y', { capabilities: ['x', 'y'] }],
    ['health=stale', { health: ['stale'] }],
    ['health=stale&health=unhealthy', { health: ['stale', 'unhealthy'] }],
    [
      'metadata.team=core&metadata.a.b=1',
      {
        metadata: [
          ['team', 'core'],
          ['a.b', '1'],
        ],
      },
    ],
    ['metadata.__proto__=x', { metadata: [['__proto__', 'x']] }],
    ['limit=1', { limit: 1 }],
    ['limit=1000', { limit: 1000 }],
    [`cursor=${encodeCursor('agents', 'agent-7')}`, { after: { value: 'agent-7', id: 'agent-7' } }],
    ['filter=agent.type%20==%20%22a%22', { filter: agentFilter('agent.type == "a"') }],
    ['order_by=name', { order: { by: 'name', isDescending: false } }],
    ['order_by=id%20desc', { order: { by: 'id', isDescending: true } }],
    ['order_by=last_seen+asc', { order: { by: 'last_seen', isDescending: false } }],
    ['fields=health,name,id', { fields: ['id', 'name', 'health'] }],
    ['fields=type', { fields: ['id', 'type'] }],
    ['include_total=false', { includeTotal: false }],
    ['type=worker&status=active&limit=5', { types: ['worker'], statuses: ['active'], limit: 5 }],
  ])('reads %s', (search, expected) => {
    expect(from(search)).toEqual({ ...ALL, ...expected });
  });

  it('takes twenty metadata filters and refuses the next one', () => {
    expect(from(metadataFilters(20)).metadata).toHaveLength(20);
    expect(refused(() => from(metadataFilters(21)))).toEqual(['metadata']);
  });

  it.each([
    ['limit=0', ['limit']],
    ['limit=1001', ['limit']],
    ['limit=ten', ['limit']],
    ['limit=1&limit=1', ['limit']],
    ['status=dead', ['status']],
    ['status=active&status=dead', ['status']],
    ['health=fine', ['health']],
    ['health=stale&health=fine', ['health']],
    ['name=a&name=a', ['name']],
    ['name=', ['name']],
    ['version=1&version=2', ['version']],
    ['type=', ['type']],
    ['capability=', ['capability']],
    ['metadata.team=', ['metadata.team']],
    ['metadata.team=a&metadata.team=b', ['metadata.team']],
    ['metadata.=x', ['metadata.']],
    ['metadata=x', ['metadata']],
    ['cursor=', ['cursor']],
    ['cursor=agent-7', ['cursor']],
    [`cursor=${encodeCursor('events of agent-7', '7')}`, ['cursor']],
    ['order_by=', ['order_by']],
    ['order_by=size', ['order_by']],
    ['order_by=name%20up', ['order_by']],
    ['order_by=name%20%20desc', ['order_by']],
    ['fields=', ['fields']],
    ['fields=id,colour', ['fields']],
    ['fields=id,,name', ['fields']],
    ['include_total=no', ['include_total']],
    [`cursor=${encodeCursor('agents', 'agent-7')}&order_by=name`, ['cursor']],
    [`cursor=${encodeCursor('agents', 'agent-7')}&order_by=id%20desc`, ['cursor']],
    [`cursor=${encodeCursor('agents', 'agent-7')}&order_by=status`, ['cursor']],
    [`cursor=${encodeCursor('agents', 'agent-7')}&filter=true`, ['cursor']],
    ['colour=red', ['colour']],
    ['Type=worker', ['Type']],
    ['type%5B%5D=worker', ['type[]']],
    ['__proto__=x', ['__proto__']],
    ['type=%00', ['type']],
    ['limit=0&status=dead&colour=red', ['status', 'limit', 'colour']],
  ])('refuses %s for %j', (search, fields) => {
    expect(refused(() => from(search))).toEqual(fields);
  });

  it.each([
    ['type', 100],
    ['category', 100],
    ['name', 255],
    ['version', 50],
    ['capability', 256],
  ])('lets %s be as long as such a value can be: %d characters', (name, max) => {
    for (const character of ['x', '😀']) {
      expect(refused(() => from(`${name}=${repeated(character, max)}`))).toEqual([]);
      expect(refused(() => from(`${name}=${repeated(character, max + 1)}`))).toEqual([name]);
    }
  });
});

describe('queryFromDiscovery', () => {
  it.each<[object, Partial<AgentQuery>]>([
    [{}, {}],
    [{ type: null, category: null, status: null, capabilities: null, limit: null, cursor: null }, {}],
    [{ type: 'worker' }, { types: ['worker'] }],
    [{ category: 'data' }, { categories: ['data'] }],
    [{ status: 'active' }, { statuses: ['active'] }],
    [{ capabilities: ['x', 'y'] }, { capabilities: ['x', 'y'] }],
    [{ capabilities: [] }, {}],
    [{ limit: 1000 }, { limit: 1000 }],
    [
      { filter: 'true', order_by: 'type desc', fields: ['name'], include_total: false },
      {
        filter: agentFilter('true'),
        order: { by: 'type', isDescending: true },
        fields: ['id', 'name'],
        includeTotal: false,
      },
    ],
    [{ fields: 'name,type' }, { fields: ['id', 'name', 'type'] }],
    [{ cursor: encodeCursor('agents', 'agent-7') }, { after: { value: 'agent-7', id: 'agent-7' } }],
  ])('reads %j', (body, expected) => {
    expect(queryFromDiscovery(body)).toEqual({ ...ALL, isOffered: true, ...expected });
  });

  it.each(['agent-7', encodeCursor('events of agent-7', '7')])('refuses %s as a cursor', (cursor) => {
    expect(refused(() => queryFromDiscovery({ cursor }))).toEqual(['cursor']);
  });
});
