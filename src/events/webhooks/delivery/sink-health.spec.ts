import { TestClock } from '../../../../test/support/test-clock';
import { SinkHealth } from './sink-health';

describe('SinkHealth', () => {
  let clock: TestClock;

  beforeEach(() => {
    clock = new TestClock();
    clock.standStill();
  });

  const state = (health: SinkHealth): string[] =>
    (['isFailing', 'isDown', 'isResting'] as const).filter((flag) => health[flag]);

  it.each([
    [0, []],
    [1, ['isFailing']],
    [4, ['isFailing']],
    [5, ['isFailing', 'isDown', 'isResting']],
  ])('after %d failures in a row is: %j', (failures, expected) => {
    const health = new SinkHealth(clock, false);
    for (let n = 0; n < failures; n++) health.failed();
    expect(state(health)).toEqual(expected);
  });

  it('is down from the start when nothing but failures have come lately, and may be tried at once', () => {
    expect(state(new SinkHealth(clock, true))).toEqual(['isFailing', 'isDown']);
  });

  it('rests for a minute after each failure while it is down', async () => {
    const health = new SinkHealth(clock, true);
    for (let n = 0; n < 2; n++) {
      health.failed();
      await clock.advance(59);
      expect(health.isResting).toBe(true);
      await clock.advance(1);
      expect(health.isResting).toBe(false);
    }
  });

  it('rests as long as the sink has asked for, and no later failure shortens that', async () => {
    const health = new SinkHealth(clock, false);
    health.failed(120);
    health.failed(5);
    await clock.advance(119);
    expect(health.isResting).toBe(true);
    await clock.advance(1);
    expect(health.isResting).toBe(false);
  });

  it.each([
    [true, true],
    [false, false],
  ])('is well again after one success, which tells whether it was down: %s', (wasFailing, wasDown) => {
    const health = new SinkHealth(clock, wasFailing);
    health.failed(30);
    expect(health.succeeded()).toBe(wasDown);
    expect(state(health)).toEqual([]);
  });
});
