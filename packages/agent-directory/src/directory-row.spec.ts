import { readRow } from './directory-row';

describe('readRow', () => {
  it('maps the columns of the agent directory and keeps the rest as text under metadata', () => {
    const draft = readRow({
      agent_id: ' a-1 ',
      agent_name: 'One',
      role: 'Micro Agent',
      type: 'Agent',
      category: 'Ops',
      version: '1.0',
      capabilities: 'plan; act;;plan ; ',
      endpoints: 'http=http://one:1/x?a=b; grpc = grpc://one:2;',
      purpose: 'Plans.',
      depends_on_agents: 'R&D Scout; a-2;',
      status: 'Planned',
      budget_cap: ' 10 ',
      scope: '  ',
      sla: null,
    });
    expect(draft).toEqual({
      identity: 'a-1',
      name: 'One',
      type: 'Agent',
      role: 'Micro Agent',
      category: 'Ops',
      version: '1.0',
      description: 'Plans.',
      dependsOn: ['R&D Scout', 'a-2'],
      capabilities: ['plan', 'act'],
      endpoints: new Map([
        ['http', 'http://one:1/x?a=b'],
        ['grpc', 'grpc://one:2'],
      ]),
      metadata: new Map([
        ['role', 'Micro Agent'],
        ['status', 'Planned'],
        ['budget_cap', '10'],
      ]),
    });
  });

  it('maps the shape of a registration', () => {
    const draft = readRow({
      id: 'a-1',
      name: 'One',
      capabilities: ['a; b', ' c ', '', 'c', null],
      endpoints: { http: ' http://one ', none: '' },
      metadata: { team: 'blue', level: 3, on: false, nothing: null, blank: '' },
      level: 4,
      owners: ['x'],
    });
    expect(draft.identity).toBe('a-1');
    expect(draft.name).toBe('One');
    expect(draft.capabilities).toEqual(['a; b', 'c']);
    expect(draft.endpoints).toEqual(new Map([['http', 'http://one']]));
    expect(draft.metadata).toEqual(
      new Map<string, unknown>([
        ['team', 'blue'],
        ['level', 3],
        ['on', false],
        ['owners', ['x']],
      ]),
    );
  });

  it.each([
    [{ agent_id: 'i', agent_name: 'n' }, 'i', 'n'],
    [{ agent_id: '  ', agent_name: 'n' }, 'n', 'n'],
    [{ agent_id: 'i', agent_name: '' }, 'i', undefined],
    [{ id: 'i', name: 'n' }, 'i', 'n'],
    [{ name: 'n' }, 'n', 'n'],
  ])('goes by the id, else by the name: %j', (row, identity, name) => {
    expect(readRow(row)).toMatchObject({ identity, ...(name !== undefined && { name }) });
  });

  it.each([
    [{ role: 'Micro Agent' }, 'agent_id'],
    [{ agent_id: '', agent_name: ' \n' }, 'agent_id'],
    [{ agent_id: 7 }, 'agent_id'],
    [{ id: 'a', name: ['n'] }, 'name'],
    [{ id: 'a', version: 1 }, 'version'],
    [{ id: 'a', capabilities: { plan: true } }, 'capabilities'],
    [{ id: 'a', capabilities: ['x', 1] }, 'capabilities[1]'],
    [{ id: 'a', depends_on_agents: [1] }, 'depends_on_agents[0]'],
    [{ id: 'a', purpose: 1 }, 'purpose'],
    [{ id: 'a', endpoints: 'http://one' }, 'endpoints'],
    [{ id: 'a', endpoints: 'http=' }, 'endpoints'],
    [{ id: 'a', endpoints: 'x=http://1;x=http://2' }, 'endpoints'],
    [{ id: 'a', endpoints: '{"http": ' }, 'endpoints'],
    [{ id: 'a', endpoints: ['http://one'] }, 'endpoints'],
    [{ id: 'a', endpoints: { http: 1 } }, 'endpoints.http'],
    [{ id: 'a', metadata: 'text' }, 'metadata'],
    [{ id: 'a', metadata: [1] }, 'metadata'],
  ])('refuses %j because of %s', (row, field) => {
    expect(() => readRow(row)).toThrow(
      expect.objectContaining({ name: 'RowError', field, problem: expect.any(String) as string }),
    );
  });

  it('takes endpoints and metadata as JSON in a cell', () => {
    const draft = readRow({ agent_id: 'a', endpoints: ' {"http": "http://one;x"}', metadata: '{"n": 1}' });
    expect(draft.endpoints).toEqual(new Map([['http', 'http://one;x']]));
    expect(draft.metadata).toEqual(new Map([['n', 1]]));
  });

  it('is not led astray by a column called __proto__', () => {
    const row = JSON.parse('{"agent_id": "a", "__proto__": "x", "metadata": {"__proto__": "y"}}') as Record<
      string,
      unknown
    >;
    expect(readRow(row).metadata).toEqual(new Map([['__proto__', 'y']]));
  });
});
