import { TestClock } from '../../../test/support/test-clock';
import { LocalHealthMonitor } from './local-health-monitor';

describe('LocalHealthMonitor', () => {
  let clock: TestClock;
  let localHealth: LocalHealthMonitor;
  beforeEach(() => {
    clock = new TestClock();
    clock.ignoreStalls();
    localHealth = new LocalHealthMonitor(clock);
    localHealth.onApplicationBootstrap();
  });
  afterEach(() => localHealth.onApplicationShutdown());

  it('misses nothing while time goes by', async () => {
    await clock.advance(60);
    expect(localHealth.hasMissedHeartbeats).toBe(false);
  });

  it('has missed something when the process was held up, until that is confessed', async () => {
    await clock.holdUp(3);
    await clock.advance(60);
    expect(localHealth.hasMissedHeartbeats).toBe(true);
    await localHealth.reportMissed(() => Promise.resolve());
    expect(localHealth.hasMissedHeartbeats).toBe(false);
  });

  it('has not missed anything when the process was held up for less than two seconds', async () => {
    await clock.holdUp(1.4);
    expect(localHealth.hasMissedHeartbeats).toBe(false);
  });

  it('reports again what could not be reported', async () => {
    localHealth.miss();
    await expect(localHealth.reportMissed(() => Promise.reject(new Error('no database')))).rejects.toThrow(
      'no database',
    );
    expect(localHealth.hasMissedHeartbeats).toBe(true);
  });
});
