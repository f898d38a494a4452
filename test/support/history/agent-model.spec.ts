import { AgentModel, STALE_MS } from './agent-model';
import type { Call } from './call';

/** A life told call by call: each takes 10 ms and follows 10 ms after the one before. */
class Life {
  private readonly model = new AgentModel();
  private clock = 1_000_000;
  private told = 0;

  tell(kind: Call['kind'], answer: Partial<Call>): this {
    const mark = `call-${++this.told}`;
    this.model.observe({
      agent: 'agent',
      kind,
      mark,
      replica: 0,
      sentAt: (this.clock += 10),
      answeredAt: (this.clock += 10),
      outcome: 'done',
      status: 200,
      ...answer,
    });
    return this;
  }

  waits(milliseconds: number): this {
    this.clock += milliseconds;
    return this;
  }

  get unsettled(): number {
    return this.model.unsettled;
  }

  endsAs(status: string, name: string, metadata = {}): this {
    this.model.conclude({ status, name, metadata });
    return this;
  }
}

const NEW = { status: 201 };
const UNKNOWN = { outcome: 'unknown', status: 503 } as const;
const GONE = { outcome: 'refused', status: 404, code: 'agent_deregistered' } as const;
const NEVER = { outcome: 'refused', status: 404, code: 'agent_not_found' } as const;
const ILLEGAL = { outcome: 'refused', status: 409, code: 'illegal_transition' } as const;
const sets = (value: number, key = 'a') => ({ sets: { key, value } });
const shows = (name: string, metadata?: object, status = 'active') =>
  ({ shows: { name, status, ...(metadata && { metadata }) } }) as Partial<Call>;
const STALE = STALE_MS + 1;
/** On another replica than all changes. */
const ELSEWHERE = { replica: 1 };

const born = (): Life => new Life().tell('register', { ...NEW, ...sets(1) });
const dead = (): Life => born().tell('deregister', {});

describe('The model of one agent’s life', () => {
  it.each<[string, () => Life]>([
    [
      'changes that build upon each other',
      () =>
        born()
          .tell('merge', { ...sets(2, 'b'), ...shows('call-2', { a: 1, b: 2 }) })
          .tell('replace', { ...sets(3), ...shows('call-3', { a: 3 }) }),
    ],
    ['a life after death', () => dead().tell('register', NEW).tell('read', shows('call-3', {}))],
    [
      'silence and revival',
      () =>
        born()
          .tell('read', shows('call-1', { a: 1 }, 'inactive'))
          .tell('read', shows('call-1', { a: 1 })),
    ],
    [
      'maintenance and back',
      () =>
        born()
          .tell('maintenance', shows('call-1', { a: 1 }, 'maintenance'))
          .tell('maintenance', ILLEGAL)
          .tell('active', {}),
    ],
    [
      'a reader who is behind',
      () =>
        dead()
          .tell('read', shows('call-1', { a: 1 }))
          .tell('beat', ELSEWHERE),
    ],
    [
      'a beat of an agent that is gone, on a replica that has not heard of it',
      () => dead().waits(STALE).tell('beat', ELSEWHERE),
    ],
    [
      'an unanswered change that has happened',
      () =>
        born()
          .tell('merge', { ...UNKNOWN, ...sets(2) })
          .tell('merge', { ...sets(3, 'b'), ...shows('call-3', { a: 2, b: 3 }) }),
    ],
    [
      'an unanswered change that has not',
      () =>
        born()
          .tell('merge', { ...UNKNOWN, ...sets(2) })
          .tell('merge', { ...sets(3, 'b'), ...shows('call-3', { a: 1, b: 3 }) }),
    ],
    [
      'an unanswered change that happens late',
      () => born().tell('deregister', UNKNOWN).tell('merge', shows('call-3')).tell('merge', GONE),
    ],
    [
      'an unanswered change that happens very late',
      () => born().tell('deregister', UNKNOWN).tell('merge', sets(2)).waits(60_000).tell('merge', GONE),
    ],
    [
      'unanswered changes in another order',
      () =>
        born()
          .tell('merge', { ...UNKNOWN, ...sets(2) })
          .tell('merge', { ...UNKNOWN, ...sets(3) })
          .tell('read', shows('call-2', { a: 2 })),
    ],
    [
      'a state that the service changed before If-Match',
      () => born().tell('merge', { outcome: 'refused', status: 412, code: 'precondition_failed', ifMatch: '"1-x"' }),
    ],
    [
      'a list without the agent, and a total that is behind',
      () => dead().tell('list', { total: 1 }).tell('list', { total: 0 }),
    ],
  ])('believes in %s', (_, life) => {
    expect(life).not.toThrow();
  });

  it.each<[string, () => Life]>([
    [
      'a lost update',
      () =>
        born()
          .tell('merge', sets(2))
          .tell('merge', { ...sets(3, 'b'), ...shows('call-3', { a: 1, b: 3 }) }),
    ],
    ['a lost update, seen in the end', () => born().tell('merge', sets(2)).endsAs('active', 'call-1', { a: 1 })],
    ['a lost registration', () => born().tell('merge', NEVER)],
    ['a resurrected agent', () => dead().tell('merge', shows('call-3'))],
    ['a resurrected agent, seen in the end', () => dead().endsAs('active', 'call-1', { a: 1 })],
    ['a resurrected agent, by a second deregistration', () => dead().tell('deregister', {})],
    ['an agent that was replaced, but had been deregistered', () => dead().tell('register', { status: 200 })],
    ['an agent that was new twice', () => born().tell('register', NEW)],
    [
      'a reader who is too far behind',
      () =>
        dead()
          .waits(STALE)
          .tell('read', shows('call-1', { a: 1 })),
    ],
    ['a beat of an agent that never was', () => new Life().tell('beat', ELSEWHERE)],
    ['a beat of an agent that is gone, on the replica that it was deregistered on', () => dead().tell('beat', {})],
    [
      'a beat of an agent that is gone, on a replica that has said so',
      () =>
        dead()
          .tell('beat', { ...GONE, ...ELSEWHERE })
          .tell('beat', ELSEWHERE),
    ],
    ['a beat of an agent that has been gone for minutes', () => dead().waits(121_000).tell('beat', ELSEWHERE)],
    ['a 404 to an agent that is there', () => born().waits(STALE).tell('read', GONE)],
    ['a 404 to a beat that is behind', () => dead().tell('register', NEW).tell('beat', GONE)],
    ['a 404 with the wrong reason', () => dead().waits(STALE).tell('read', NEVER)],
    ['a change that nobody made', () => born().tell('read', shows('somebody', { a: 1 }))],
    [
      'a change that was refused, and happened',
      () =>
        born()
          .tell('merge', { ...sets(2), outcome: 'refused', status: 409, code: 'concurrent_update' })
          .tell('read', shows('call-2', { a: 2 })),
    ],
    ['a transition that there is not', () => born().tell('active', {})],
    ['a refused transition that there is', () => born().tell('maintenance', ILLEGAL)],
    [
      'maintenance that ended by itself',
      () =>
        born()
          .tell('maintenance', {})
          .waits(STALE)
          .tell('read', shows('call-1', { a: 1 })),
    ],
    [
      '412 without If-Match',
      () => born().tell('merge', { outcome: 'refused', status: 412, code: 'precondition_failed' }),
    ],
    [
      'an unanswered change that happens twice',
      () => born().tell('deregister', UNKNOWN).tell('merge', GONE).tell('register', NEW).tell('merge', GONE),
    ],
    ['a list with an agent that is gone', () => dead().tell('list', { ...shows('call-1'), total: 1 })],
    ['a list without an agent that is there', () => born().waits(STALE).tell('list', { total: 1 })],
    ['a total that is too far behind', () => dead().waits(STALE).tell('list', { total: 1 })],
  ])('does not believe in %s', (_, life) => {
    expect(life).toThrow(/cannot be true|In the end/);
  });

  it('counts the changes of which it is not known whether they have happened', () => {
    const life = born().tell('merge', UNKNOWN).tell('deregister', UNKNOWN);
    expect(life.unsettled).toBe(2);
    expect(life.tell('merge', GONE).unsettled).toBe(1); // the second one has
  });
});
