import { groupsOf, mayBeMassDeath, preservation, type Census } from './self-preservation';

const TIMEOUT = 30;
const ALL = '[]';

/** Agents of an owner: how many live, how many of them are overdue, how many were lost lately. */
const agents = (owner: string, live: number, overdue: number, lostLately = 0, type = 'worker'): Census => ({
  owner,
  type,
  live,
  overdue,
  lostLately,
});
const many = (owners: number, live: number, overdue: number): Census[] =>
  Array.from({ length: owners }, (_, n) => agents(`owner-${n}`, live, overdue));
/** The groups of {@link many}. */
const keysOf = (owners: number): string[] =>
  many(owners, 1, 1).flatMap(({ owner, type }) => [JSON.stringify([owner]), JSON.stringify([owner, type])]);

describe('preservation', () => {
  it.each<[what: string, censuses: Census[], held: string[]]>([
    ['half of an owner’s agents', [agents('a', 50, 25)], []],
    ['more than half', [agents('a', 50, 26)], ['["a"]', '["a","worker"]']],
    ['more than half of too few', [agents('a', 49, 49)], []],
    ['those lost in the sweeps before count', [agents('a', 40, 20, 10)], ['["a"]', '["a","worker"]']],
    ['no agent is overdue any more', [agents('a', 20, 0, 60)], []],
    ['all of one type of many', [agents('a', 60, 60, 0, 'x'), agents('a', 900, 0, 0, 'y')], ['["a","x"]']],
    ['some of each type', [agents('a', 40, 30, 0, 'x'), agents('a', 40, 30, 0, 'y')], ['["a"]']],
    [
      'a large owner does not hold back the agents of others',
      [agents('b', 200, 200), agents('a', 1, 1)],
      ['["b"]', '["b","worker"]'],
    ],
    ['nor does it beside a healthy one', [agents('b', 200, 200), agents('a', 60, 0)], ['["b"]', '["b","worker"]']],
    [
      'nor does it together with one agent of another',
      [agents('b', 200, 200), agents('a', 26, 1)],
      ['["b"]', '["b","worker"]'],
    ],
    ['nor when the other has few agents', [agents('b', 200, 200), ...many(1, 25, 12)], ['["b"]', '["b","worker"]']],
    ['many small owners together', many(20, 5, 5), [ALL]],
    ['small ones beside two that are large', [...many(2, 200, 200), agents('a', 1, 1)], [ALL, ...keysOf(2)]],
    [
      'two large owners beside two that are well',
      [...many(2, 200, 200), agents('a', 60, 1), agents('b', 60, 0)],
      keysOf(2),
    ],
    ['some of many small owners', many(20, 5, 2), []],
    ['a few small owners of many', [...many(20, 5, 0), agents('a', 5, 5), agents('b', 5, 5)], []],
  ])('%s', (_what, censuses, held) => {
    const judged = preservation(censuses, () => 0, TIMEOUT);
    expect([...judged.keys()].sort()).toEqual(held.sort());
    expect([...judged.values()].every((judgement) => judgement === 'hold')).toBe(true);
  });

  it('gives each group up after five timeouts', () => {
    const heldFor = (group: string): number => (group === '["a"]' ? 5 * TIMEOUT : 5 * TIMEOUT - 0.1);
    expect(Object.fromEntries(preservation([agents('a', 60, 60)], heldFor, TIMEOUT))).toEqual({
      '["a"]': 'given_up',
      '["a","worker"]': 'hold',
    });
  });

  it('looks at no groups when there are too few deaths for any', () => {
    expect(mayBeMassDeath({ overdue: 25, lostLately: 0 })).toBe(false);
    expect(mayBeMassDeath({ overdue: 0, lostLately: 100 })).toBe(false);
    expect(mayBeMassDeath({ overdue: 1, lostLately: 25 })).toBe(true);
  });

  it('gives the groups that an agent is in', () => {
    expect(groupsOf({ owner: 'a', type: 'x' })).toEqual([ALL, '["a"]', '["a","x"]']);
  });
});
