import { PendingChanges } from './pending-changes';
import type { Agent } from './types';
import type { WatchChange } from './watch-change';

const agent = (version: string, id = 'a'): Agent => ({ id, version }) as Agent;
const upsert = (version: string, previous?: string): WatchChange => ({
  type: 'upsert',
  agent: agent(version),
  ...(previous !== undefined && { previous: agent(previous) }),
});
const remove = (version: string): WatchChange => ({ type: 'remove', id: 'a', cause: 'left', agent: agent(version) });
const health = (tooMany: boolean): WatchChange => ({ type: 'health', agents: [], tooMany });

async function taken(...changes: WatchChange[]): Promise<WatchChange[]> {
  const pending = new PendingChanges();
  for (const change of changes) pending.add(change);
  pending.end(undefined);
  const all: WatchChange[] = [];
  for await (const change of pending.taken()) all.push(change);
  return all;
}

describe('PendingChanges', () => {
  it.each<[string, WatchChange[], WatchChange[]]>([
    ['a new agent that changes is new', [upsert('1'), upsert('2', '1')], [upsert('2')]],
    ['two changes are one', [upsert('2', '1'), upsert('3', '2')], [upsert('3', '1')]],
    ['an agent that changes and goes is gone', [upsert('2', '1'), remove('2')], [remove('2')]],
    ['an agent that comes and goes was never there', [upsert('1'), remove('1')], []],
    ['an agent that goes and comes has changed', [remove('1'), upsert('2')], [upsert('2', '1')]],
    ['of refreshes the last counts', [health(false), health(true)], [health(true)]],
  ])('%s', async (_, changes, expected) => {
    expect(await taken(...changes)).toEqual(expected);
  });

  it('keeps the order in which agents changed last', async () => {
    const other: WatchChange = { type: 'upsert', agent: agent('1', 'b') };
    expect(await taken(upsert('1'), other, { type: 'synced' }, upsert('2', '1'))).toEqual([
      other,
      { type: 'synced' },
      upsert('2'),
    ]);
  });

  it('gives each change once it comes, and the error that ends it after those that were there', async () => {
    const pending = new PendingChanges();
    const changes = pending.taken();
    const first = changes.next();
    pending.add(upsert('1'));
    expect((await first).value).toEqual(upsert('1'));
    pending.add(upsert('2', '1'));
    pending.end(new Error('over'));
    expect((await changes.next()).value).toEqual(upsert('2', '1'));
    await expect(changes.next()).rejects.toThrow('over');
  });
});
