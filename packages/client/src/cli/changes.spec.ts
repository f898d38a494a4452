import type { Agent } from '../types';
import { changeOf } from './changes';

const agent = (fields: Partial<Agent> = {}): Agent => ({
  id: 'a',
  name: 'a',
  type: 'worker',
  category: null,
  version: null,
  status: 'active',
  capabilities: ['a'],
  endpoints: {},
  metadata: {},
  locality: null,
  description: null,
  skills: [],
  accepts: [],
  depends_on: [],
  available: true,
  incarnation: null,
  registered_at: '2026-10-08T12:00:00.000Z',
  last_seen: '2026-10-08T12:00:00.000Z',
  health: { status: 'unknown' } as Agent['health'],
  heartbeat: { missed_beats: 0 } as Agent['heartbeat'],
  ...fields,
});

describe('changeOf', () => {
  it('tells an agent that is there from one that appears', () => {
    expect(changeOf({ type: 'upsert', agent: agent() }, true)).toEqual({ change: 'present', agent: agent() });
    expect(changeOf({ type: 'upsert', agent: agent() }, false)).toEqual({ change: 'appeared', agent: agent() });
  });

  it('names the fields that are not as before', () => {
    const changed = agent({ status: 'unhealthy', capabilities: ['a', 'b'], metadata: { team: 'x' } });
    expect(changeOf({ type: 'upsert', agent: changed, previous: agent() }, false)).toEqual({
      change: 'changed',
      agent: changed,
      fields: [
        { field: 'status', from: 'active', to: 'unhealthy' },
        { field: 'capabilities', from: ['a'], to: ['a', 'b'] },
        { field: 'metadata', from: {}, to: { team: 'x' } },
      ],
    });
  });

  it('names what has become of its dependencies, unless its own status says more', () => {
    const without = agent({ available: false });
    expect(changeOf({ type: 'upsert', agent: without, previous: agent() }, false)).toMatchObject({
      fields: [{ field: 'available', from: true, to: false }],
    });
    const ended = agent({ available: false, status: 'maintenance' });
    expect(changeOf({ type: 'upsert', agent: ended, previous: agent() }, false)).toMatchObject({
      fields: [{ field: 'status', from: 'active', to: 'maintenance' }],
    });
  });

  it('says why an agent is gone', () => {
    expect(changeOf({ type: 'remove', id: 'a', cause: 'left', agent: agent() }, false)).toEqual({
      change: 'gone',
      agent: agent(),
      cause: 'left',
    });
  });

  it('takes no heartbeat for a change', () => {
    const beaten = agent({
      last_seen: '2026-10-08T12:00:10.000Z',
      health: { status: 'healthy' } as Agent['health'],
      heartbeat: { missed_beats: 1 } as Agent['heartbeat'],
    });
    expect(changeOf({ type: 'upsert', agent: beaten, previous: agent() }, false)).toBeUndefined();
  });
});
