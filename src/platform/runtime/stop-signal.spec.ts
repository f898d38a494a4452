import { TestClock } from '../../../test/support/test-clock';
import { stopSignal } from './stop-signal';

describe('stopSignal', () => {
  const listeners = { SIGINT: process.listeners('SIGINT'), SIGTERM: process.listeners('SIGTERM') };
  afterEach(() => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      for (const listener of process.listeners(signal))
        if (!listeners[signal].includes(listener)) process.off(signal, listener);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('takes a %s that npm passes on for the same one', async (signal) => {
    const clock = new TestClock();
    clock.ignoreStalls();
    let seconds = 0;
    const stop = stopSignal(clock, () => seconds++);
    expect(stop.aborted.aborted).toBe(false);
    process.emit(signal, signal);
    expect(stop.aborted.aborted).toBe(true);
    expect(await stop.received).toBe(signal);
    await clock.advance(0.4);
    process.emit(signal, signal);
    expect(seconds).toBe(0);
    await clock.advance(0.1);
    process.emit(signal, signal);
    expect(seconds).toBe(1);
  });
});
