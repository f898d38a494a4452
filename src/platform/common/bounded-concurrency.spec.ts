import { TestClock } from '../../../test/support/test-clock';
import { BoundedConcurrency, QueueFull, type ConcurrencyLimits } from './bounded-concurrency';

/** Work that ends when it is told to. */
class Jobs {
  readonly begun: string[] = [];
  private readonly ends = new Map<string, (error?: Error) => void>();

  readonly job = (name: string) => (): Promise<string> => {
    this.begun.push(name);
    return new Promise((resolve, reject) =>
      this.ends.set(name, (error) => (error ? reject(error) : resolve(`result of ${name}`))),
    );
  };

  end(name: string, error?: Error): void {
    this.ends.get(name)!(error);
  }
}

describe('BoundedConcurrency', () => {
  let clock: TestClock;
  let jobs: Jobs;
  beforeEach(() => {
    clock = new TestClock();
    jobs = new Jobs();
  });
  const bounded = (limits: Partial<ConcurrencyLimits> = {}): BoundedConcurrency =>
    new BoundedConcurrency(clock, { concurrent: 2, waiting: 2, patienceMs: 60_000, ...limits });

  it('begins so many at once, and the others in their order as places become free', async () => {
    const places = bounded();
    const results = ['a', 'b', 'c', 'd'].map((name) => places.run(jobs.job(name)));
    expect([jobs.begun, places.waiting]).toEqual([['a', 'b'], 2]);
    jobs.end('b');
    expect(await results[1]).toBe('result of b');
    expect([jobs.begun, places.waiting]).toEqual([['a', 'b', 'c'], 1]);
    jobs.end('c');
    await results[2];
    for (const name of ['a', 'd']) jobs.end(name);
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd'].map((name) => `result of ${name}`));
  });

  it('refuses at once what the queue has no place for, and takes more when it has', async () => {
    const places = bounded({ concurrent: 1, waiting: 1 });
    const first = places.run(jobs.job('first'));
    const second = places.run(jobs.job('second'));
    await expect(places.run(jobs.job('third'))).rejects.toBeInstanceOf(QueueFull);
    jobs.end('first');
    await first;
    const fourth = places.run(jobs.job('fourth'));
    jobs.end('second');
    await second;
    jobs.end('fourth');
    await fourth;
    expect(jobs.begun).toEqual(['first', 'second', 'fourth']);
  });

  it('refuses what has waited too long, and never begins it', async () => {
    const places = bounded({ concurrent: 1 });
    const first = places.run(jobs.job('first'));
    const late = places.run(jobs.job('late')).catch((error: unknown) => error);
    await clock.advance(61);
    expect(await late).toBeInstanceOf(QueueFull);
    jobs.end('first');
    await first;
    expect([jobs.begun, places.waiting]).toEqual([['first'], 0]);
  });

  it('gives the place of work that has failed to the next', async () => {
    const places = bounded({ concurrent: 1 });
    const failing = places.run(jobs.job('failing'));
    const next = places.run(jobs.job('next'));
    jobs.end('failing', new Error('failed'));
    await expect(failing).rejects.toThrow('failed');
    jobs.end('next');
    expect(await next).toBe('result of next');
  });

  it('begins urgent work next, however much waits', async () => {
    const places = bounded({ concurrent: 1, waiting: 1 });
    const first = places.run(jobs.job('first'));
    const waiting = places.run(jobs.job('waiting'));
    const urgent = places.run(jobs.job('urgent'), true);
    jobs.end('first');
    await first;
    jobs.end('urgent');
    await urgent;
    jobs.end('waiting');
    await waiting;
    expect(jobs.begun).toEqual(['first', 'urgent', 'waiting']);
  });
});
