import { mayClaim, decide, type AccessDecision } from './access-rule';
import { ANONYMOUS, UNRESTRICTED, type Principal, type Scope } from './principal';

const client = (...scopes: Scope[]): Principal => ({ kind: 'client', name: 'ci', scopes, expiresAt: Infinity });
const PRINCIPALS = {
  off: UNRESTRICTED,
  nobody: ANONYMOUS,
  none: client(),
  read: client('read'),
  agent: client('agent'),
  both: client('read', 'agent'),
  admin: client('admin'),
  operate: client('operate'),
  itself: { kind: 'agent', id: 'a-1', owner: 'ci', digest: 'ZGlnZXN0' },
} satisfies Record<string, Principal>;

const [yes, own, no]: AccessDecision[] = ['granted', 'owner', 'denied'];

describe('decide', () => {
  // What is asked, then the right of each of PRINCIPALS in turn.
  it.each([
    ['open', undefined, [yes, yes, yes, yes, yes, yes, yes, yes, yes]],
    ['read', undefined, [yes, no, no, yes, no, yes, yes, yes, no]],
    ['read', 'a-1', [yes, no, no, yes, own, yes, yes, yes, yes]],
    ['read', 'a-2', [yes, no, no, yes, own, yes, yes, yes, no]],
    ['agent', undefined, [yes, no, no, no, yes, yes, yes, no, yes]],
    ['agent', 'a-1', [yes, no, no, no, own, own, yes, no, yes]],
    ['agent', 'a-2', [yes, no, no, no, own, own, yes, no, no]],
    ['admin', undefined, [yes, no, no, no, no, no, yes, no, no]],
    ['admin', 'a-1', [yes, no, no, no, no, no, yes, no, no]],
    ['operate', undefined, [yes, no, no, no, no, no, yes, yes, no]],
    ['operate', 'a-1', [yes, no, no, no, no, no, yes, yes, no]],
    ['authenticated', undefined, [yes, no, yes, yes, yes, yes, yes, yes, yes]],
    [undefined, undefined, [yes, no, no, no, no, no, no, no, no]],
    [undefined, 'a-1', [yes, no, no, no, no, no, no, no, no]],
  ] as const)('%s of agent %s', (need, agentId, rights) => {
    const names = Object.keys(PRINCIPALS);
    const got = Object.values(PRINCIPALS).map((principal) => decide(principal, need, { agentId }));
    expect(Object.fromEntries(names.map((name, index) => [name, got[index]]))).toEqual(
      Object.fromEntries(names.map((name, index) => [name, rights[index]])),
    );
  });

  it('an operator, or the agent itself', () => {
    const [one, other] = ['a-1', 'a-2'].map((agentId) => ({ agentId, allowItself: true }));
    expect(decide(PRINCIPALS.itself, 'operate', one)).toBe('granted');
    expect(decide(PRINCIPALS.itself, 'operate', other)).toBe('denied');
    expect(decide(PRINCIPALS.both, 'operate', one)).toBe('denied');
  });

  it('the owner, or an operator', () => {
    const asked = { agentId: 'a-1', allowOperators: true };
    expect(decide(PRINCIPALS.operate, 'agent', asked)).toBe('granted');
    expect(decide(PRINCIPALS.agent, 'agent', asked)).toBe('owner');
    expect(decide(PRINCIPALS.read, 'agent', asked)).toBe('denied');
    expect(decide(PRINCIPALS.operate, 'agent', { agentId: 'a-1' })).toBe('denied');
  });
});

describe('mayClaim', () => {
  // The owner of a-1, then who may register it.
  it.each([
    [null, ['off', 'agent', 'both', 'admin', 'itself']],
    ['ci', ['off', 'agent', 'both', 'admin', 'itself']],
    ['somebody else', ['off', 'admin', 'itself']],
  ])('of an id of %s', (owner, names) => {
    const may = Object.entries(PRINCIPALS).filter(([, principal]) => mayClaim(principal, 'a-1', owner));
    expect(may.map(([name]) => name)).toEqual(names);
  });

  it('is no way for an agent to another id', () => {
    expect(mayClaim(PRINCIPALS.itself, 'a-2', null)).toBe(false);
    expect(mayClaim(PRINCIPALS.itself, '', null)).toBe(false);
  });
});
