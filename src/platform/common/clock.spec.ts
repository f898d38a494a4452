import { SystemClock } from './clock';

const HOUR_MS = 3_600_000;

describe('SystemClock', () => {
  const clock = new SystemClock();

  it('fires a timer once its time has come, and no cancelled one', async () => {
    const fired: string[] = [];
    const began = clock.monotonicMs();
    clock.setTimer(1, () => fired.push('cancelled')).cancel();
    await new Promise<void>((resolve) => clock.setTimer(20, resolve));
    expect(fired).toEqual([]);
    expect(clock.monotonicMs()).toBeGreaterThan(began);
  });

  it('repeats until it is cancelled, also from within', async () => {
    let rounds = 0;
    const keepAlive = clock.setTimer(HOUR_MS, () => undefined); // what repeats does not
    await new Promise<void>((resolve) => {
      const repeated = clock.every(1, () => {
        if (++rounds === 3) repeated.cancel();
        if (rounds === 3) clock.setTimer(20, resolve);
      });
    });
    keepAlive.cancel();
    expect(rounds).toBe(3);
  });

  it('ends a sleep when it is told to, or does not begin it', async () => {
    const told = new AbortController();
    const sleep = clock.sleep(HOUR_MS, told.signal);
    told.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    await expect(clock.sleep(HOUR_MS, told.signal)).rejects.toThrow('enough');
    await expect(clock.sleep(1, new AbortController().signal)).resolves.toBeUndefined();
  });
});
