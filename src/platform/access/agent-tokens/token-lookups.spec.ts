import { TestClock } from '../../../../test/support/test-clock';
import { TokenLookups } from './token-lookups';

describe('TokenLookups', () => {
  /** Rows are the digests in capitals; `asked` holds what each question was about. */
  function lookups(): { asked: string[][]; clock: TestClock; tokens: TokenLookups<string> } {
    const asked: string[][] = [];
    const clock = new TestClock();
    clock.ignoreStalls();
    const tokens = new TokenLookups(clock, (digests: string[]) => {
      asked.push(digests);
      return Promise.resolve(new Map(digests.map((digest) => [digest, digest.toUpperCase()])));
    });
    return { asked, clock, tokens };
  }

  const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `t${n}`);
  const overloaded = expect.objectContaining({ code: 'overloaded' }) as Error;

  it('asks about many tokens at once, each of which it finds', async () => {
    const { asked, tokens } = lookups();
    const found = await Promise.all(names(1500).map((name) => tokens.find(name, false)));
    expect(found).toEqual(names(1500).map((name) => name.toUpperCase()));
    expect(asked.map(({ length }) => length)).toEqual([1000, 500]);
  });

  it('asks about a hundred suspects ten times a second, and finds each of them', async () => {
    const { asked, clock, tokens } = lookups();
    const began = clock.monotonicMs();
    const finding = Promise.all(names(250).map((name) => tokens.find(name, true)));
    expect(await tokens.find('prompt', false)).toBe('PROMPT');
    expect(asked).toEqual([['prompt']]);
    expect(await clock.through(finding)).toEqual(names(250).map((name) => name.toUpperCase()));
    expect(asked.slice(1).map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(clock.monotonicMs() - began).toBeGreaterThanOrEqual(299);
  });

  it('lets only so many wait, and more when they have been answered', async () => {
    const { clock, tokens } = lookups();
    const waiting = Promise.all(names(1000).map((name) => tokens.find(name, true)));
    await expect(tokens.find('one more', true)).rejects.toThrow(overloaded);
    expect(await tokens.find('no suspect', false)).toBe('NO SUSPECT');
    await clock.through(waiting);
    expect(await clock.through(tokens.find('later', true))).toBe('LATER');

    const ordinary = Promise.all(names(10_000).map((name) => tokens.find(name, false)));
    await expect(tokens.find('one more', false)).rejects.toThrow(overloaded);
    await ordinary;
  });
});
