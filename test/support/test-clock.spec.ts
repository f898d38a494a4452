import { withTimeout } from '../../src/platform/common/with-timeout';
import { TestClock } from './test-clock';

const HOUR = 3_600_000;

describe('TestClock', () => {
  let clock: TestClock;
  beforeEach(() => {
    clock = new TestClock();
    clock.ignoreStalls(); // else a machine that is held up here adds to what is advanced
  });

  /** Every timer that fires says so here, and when. */
  const fired: [what: string, at: number][] = [];
  let began: number;
  beforeEach(() => {
    fired.length = 0;
    began = clock.monotonicMs();
  });
  const fire = (what: string) => () => void fired.push([what, Math.round(clock.monotonicMs() - began)]);

  it('fires what comes due, each at its own moment and in the order of those', async () => {
    clock.setTimer(2 * HOUR, fire('late'));
    clock.setTimer(HOUR, fire('early'));
    clock.setTimer(HOUR, fire('early, set later'));
    clock.setTimer(4 * HOUR, fire('not yet')).unref();
    clock.setTimer(HOUR, fire('cancelled')).cancel();
    await clock.advance(3 * 3600);
    expect(fired).toEqual([
      ['early', HOUR],
      ['early, set later', HOUR],
      ['late', 2 * HOUR],
    ]);
    expect(Math.round(clock.monotonicMs() - began)).toBe(3 * HOUR);
  });

  it('fires what fired timers set, and waits for their work', async () => {
    const poll = async (round: number): Promise<void> => {
      await new Promise(setImmediate);
      fire(`round ${round}`)();
      clock.setTimer(HOUR, () => poll(round + 1)).unref();
    };
    await poll(0);
    await clock.advance(2 * 3600);
    expect(fired.map(([what]) => what)).toEqual(['round 0', 'round 1', 'round 2']);
  });

  it('repeats', async () => {
    const repeated = clock.every(HOUR, fire('again'));
    await clock.advance(2.5 * 3600);
    repeated.cancel();
    await clock.advance(3600);
    expect(fired).toEqual([
      ['again', HOUR],
      ['again', 2 * HOUR],
    ]);
  });

  it('fires late, and once, what comes due while the process is held up', async () => {
    const repeated = clock.every(HOUR, fire('again'));
    clock.setTimer(2 * HOUR, fire('once'));
    await clock.holdUp(5 * 3600);
    repeated.cancel();
    expect(fired).toEqual([
      ['again', 5 * HOUR],
      ['once', 5 * HOUR],
    ]);
  });

  it('lets what has an answer have it, before its time is over', async () => {
    const asked = withTimeout(clock, HOUR, new Promise((resolve) => setImmediate(resolve, 'answer')));
    await clock.advance(2 * 3600);
    await expect(asked).resolves.toBe('answer');
  });

  it('misses the limit of what hangs', async () => {
    const asked = withTimeout(clock, HOUR, new Promise(() => undefined)).catch((error: Error) => error.message);
    await clock.advance(2 * 3600);
    expect(await asked).toBe(`no answer within ${HOUR} ms`);
  });

  it('takes nothing that is late for hanging, when it is to wait for answers, until time is moved', async () => {
    const missed = (ms: number): Promise<unknown> =>
      withTimeout(clock, ms, new Promise(() => undefined)).catch(() => fire(`limit of ${ms} ms`)());
    const before = missed(10);
    clock.waitForAnswers();
    const after = missed(10);
    clock.setDeadline(10, fire('cancelled')).cancel();
    await new Promise<void>((resolve) => clock.setTimer(50, resolve)); // what is periodic goes on
    expect(fired).toEqual([]);
    await clock.advance(1);
    await Promise.all([before, after]);
    expect(fired.map(([what]) => what)).toEqual(['limit of 10 ms', 'limit of 10 ms']);
  });

  it('moves on when the work of a timer waits for a limit that only moved time ends', async () => {
    clock.waitForAnswers();
    const hanging = withTimeout(clock, 2 * HOUR, new Promise(() => undefined)).catch(fire('given up'));
    clock.setTimer(HOUR, () => hanging);
    await clock.advance(3 * 3600);
    await hanging;
    expect(fired.map(([what]) => what)).toEqual(['given up']);
  });

  it('stands still when it is to, until it is to go on', async () => {
    clock.setTimer(10, fire('early'));
    clock.standStill();
    clock.setTimer(10, fire('late'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([fired, Math.round(clock.monotonicMs() - began)]).toEqual([[], 0]);
    await clock.advance(0.01);
    expect(fired.map(([what]) => what)).toEqual(['early', 'late']);
    const again = new Promise<void>((resolve) => clock.setTimer(10, resolve));
    clock.goOn();
    await again;
  });

  it('moves on to whatever some work waits for', async () => {
    const work = async (): Promise<string> => {
      await clock.sleep(HOUR);
      await new Promise(setImmediate);
      await clock.sleep(2 * HOUR);
      return 'done';
    };
    expect(await clock.through(work())).toBe('done');
    expect(Math.round(clock.monotonicMs() - began)).toBe(3 * HOUR);
  });

  it('stops the time of day alone, until it is advanced', async () => {
    const time = new Date('2026-01-01T00:00:00Z');
    clock.stopAt(time);
    clock.setTimer(HOUR, fire('timer'));
    await clock.advanceMonotonic(3600);
    expect([clock.now(), fired.length]).toEqual([time, 1]);
    await clock.advance(0.5);
    expect(clock.now()).toEqual(new Date('2026-01-01T00:00:00.500Z'));
  });

  it('fires by itself after the rest of the time that was not skipped', async () => {
    const sleep = clock.sleep(HOUR + 1);
    await clock.advance(3600);
    await sleep;
    expect(Math.round(clock.monotonicMs() - began)).toBeGreaterThanOrEqual(HOUR + 1);
  });
  it('says that two seconds have passed when they have, however its time is made up', async () => {
    for (let n = 0; n < 200; n++) {
      const other = new TestClock();
      other.ignoreStalls();
      const before = other.monotonicMs();
      other.setTimer(1000 + Math.random() * 1000, () => undefined); // does not fire by itself before it is moved
      await other.advance(2);
      expect(other.monotonicMs() - 2000).toBe(before);
    }
  });
});
