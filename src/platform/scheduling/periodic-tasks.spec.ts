import { PinoLogger } from 'nestjs-pino';
import { TestClock } from '../../../test/support/test-clock';
import { Lifecycle } from '../runtime/lifecycle';
import { PeriodicTasks } from './periodic-tasks';

describe('PeriodicTasks', () => {
  const setUp = () => {
    const logger = new PinoLogger({ pinoHttp: { level: 'silent' } });
    const lines: [level: string, details: unknown][] = [];
    for (const level of ['warn', 'info'] as const)
      jest.spyOn(logger, level).mockImplementation((...args: unknown[]) => void lines.push([level, args[0]]));
    const [clock, lifecycle] = [new TestClock(), new Lifecycle()];
    clock.ignoreStalls();
    return { lines, clock, lifecycle, tasks: new PeriodicTasks(lifecycle, clock, logger) };
  };

  it('runs a task again and again, the first time when it says', async () => {
    const { clock, tasks } = setUp();
    const runs: number[] = [];
    const start = clock.monotonicMs();
    const at = (): number => Math.round((clock.monotonicMs() - start) / 1000);
    tasks.add({ name: 'a', everyMs: 10_000, firstAfterMs: 3_000, run: () => void runs.push(at()) });
    for (let second = 0; second < 25; second++) await clock.advance(1);
    expect(runs).toEqual([3, 13, 23]);
  });

  it('runs a second later again what has left something', async () => {
    const { clock, tasks } = setUp();
    let left = 3;
    tasks.add({ name: 'a', everyMs: 600_000, run: async () => (--left > 0 ? 'again' : undefined) });
    await clock.advance(600);
    for (let second = 0; second < 5; second++) await clock.advance(1);
    expect(left).toBe(0);
  });

  it('leaves a task that is woken to its waker, and runs it when it is due', async () => {
    const { clock, tasks } = setUp();
    let runs = 0;
    const task = tasks.add({ name: 'a', everyMs: 10_000, firstAfterMs: 0, isWoken: true, run: () => void runs++ });
    await clock.advance(20);
    expect(runs).toBe(0);
    await task.wake();
    await task.wake();
    expect(runs).toBe(1);
    await clock.advance(9.6); // woken a little early
    await task.wake();
    expect(runs).toBe(2);
  });

  it('never runs a task beside itself', async () => {
    const { tasks } = setUp();
    const ends: (() => void)[] = [];
    const task = tasks.add({
      name: 'a',
      everyMs: 1,
      firstAfterMs: 0,
      isWoken: true,
      run: () => new Promise<void>((resolve) => ends.push(resolve)),
    });
    const runs = [task.wake(), task.wake()];
    expect(ends).toHaveLength(1);
    ends[0]!();
    await Promise.all(runs);
    expect(ends).toHaveLength(1);
  });

  it('logs the first of several failures and their end, counts them all, and goes on', async () => {
    const { clock, lines, tasks } = setUp();
    let runs = 0;
    const run = async (): Promise<void> => {
      if (++runs <= 3) throw new Error(`failure ${runs}`);
    };
    tasks.add({ name: 'a', everyMs: 1_000, run });
    for (let second = 0; second < 5; second++) await clock.advance(1);
    expect(lines).toEqual([
      ['warn', { task: 'a', err: new Error('failure 1') }],
      ['info', { task: 'a', failed: 3 }],
    ]);
    const [state] = tasks.states;
    expect([state!.failures, state!.durations.counts.reduce((sum, count) => sum + count, 0)]).toEqual([3, 2]);
  });

  it('ends with the stop, which waits for the run under way', async () => {
    const { clock, lifecycle, tasks } = setUp();
    const order: string[] = [];
    const task = tasks.add({
      name: 'a',
      everyMs: 1_000,
      firstAfterMs: 0,
      isWoken: true,
      run: async (stopping) => {
        await new Promise((resolve) => stopping.addEventListener('abort', resolve));
        order.push('run ended');
      },
    });
    let later = 0;
    tasks.add({ name: 'b', everyMs: 1_000, run: () => void later++ });
    void task.wake();
    await lifecycle.beforeApplicationShutdown();
    order.push('stopped');
    await clock.advance(10);
    await task.wake();
    expect([order, later]).toEqual([['run ended', 'stopped'], 0]);
  });

  it('takes no two tasks of one name', () => {
    const { tasks } = setUp();
    tasks.add({ name: 'a', everyMs: 1_000, run: () => undefined });
    expect(() => tasks.add({ name: 'a', everyMs: 1_000, run: () => undefined })).toThrow('Two tasks are named a');
  });
});
