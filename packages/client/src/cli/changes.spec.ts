import type { AgentSummary } from '../types';
import { changesBetween } from './changes';

const agent = (id: string, fields: Partial<AgentSummary> = {}): AgentSummary => ({
  id,
  name: id,
  type: 'worker',
  category: null,
  version: null,
  status: 'active',
  capabilities: ['a'],
  endpoints: {},
  registered_at: '2026-10-08T12:00:00.000Z',
  last_seen: '2026-10-08T12:00:00.000Z',
  ...fields,
});
const fleet = (...agents: AgentSummary[]) => new Map(agents.map((each) => [each.id, each]));

describe('changesBetween', () => {
  it('shows all that is there at the first look', () => {
    expect(changesBetween(undefined, fleet(agent('b')))).toEqual([{ change: 'present', agent: agent('b') }]);
  });

  it('shows who has come, who has gone and what is otherwise, in the order of ids', () => {
    const changed = agent('b', { status: 'unhealthy', capabilities: ['a', 'b'] });
    expect(changesBetween(fleet(agent('b'), agent('c'), agent('d')), fleet(agent('a'), changed, agent('d')))).toEqual([
      { change: 'appeared', agent: agent('a') },
      {
        change: 'changed',
        agent: changed,
        fields: [
          { field: 'status', from: 'active', to: 'unhealthy' },
          { field: 'capabilities', from: ['a'], to: ['a', 'b'] },
        ],
      },
      { change: 'gone', agent: agent('c') },
    ]);
  });

  it('takes no heartbeat for a change', () => {
    expect(changesBetween(fleet(agent('a')), fleet(agent('a', { last_seen: '2026-10-08T12:00:10.000Z' })))).toEqual([]);
  });
});
