import { TestClock } from '../../../test/support/test-clock';
import { Hearing } from './hearing';

describe('Hearing', () => {
  let clock: TestClock;
  let hearing: Hearing;
  beforeEach(() => {
    clock = new TestClock();
    clock.ignoreStalls();
    hearing = new Hearing(clock);
    hearing.onApplicationBootstrap();
  });
  afterEach(() => hearing.onApplicationShutdown());

  it('misses nothing while time goes by', async () => {
    await clock.advance(60);
    expect(hearing.hasMissed).toBe(false);
  });

  it('has missed something when the process was held up, until that is confessed', async () => {
    await clock.holdUp(3);
    await clock.advance(60);
    expect(hearing.hasMissed).toBe(true);
    await hearing.confess(() => Promise.resolve());
    expect(hearing.hasMissed).toBe(false);
  });

  it('has not missed anything when the process was held up for less than two seconds', async () => {
    await clock.holdUp(1.4);
    expect(hearing.hasMissed).toBe(false);
  });

  it('says again what could not be confessed', async () => {
    hearing.miss();
    await expect(hearing.confess(() => Promise.reject(new Error('no database')))).rejects.toThrow('no database');
    expect(hearing.hasMissed).toBe(true);
  });
});
