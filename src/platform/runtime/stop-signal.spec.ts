import { TestClock } from '../../../test/support/test-clock';
import { STOP_SIGNALS, stopSignal } from './stop-signal';

describe('stopSignal', () => {
  const listeners = new Map(STOP_SIGNALS.map((signal) => [signal, process.listeners(signal)]));
  afterEach(() => {
    for (const signal of STOP_SIGNALS)
      for (const listener of process.listeners(signal))
        if (!listeners.get(signal)!.includes(listener)) process.off(signal, listener);
  });

  it.each(STOP_SIGNALS)('takes a %s that npm passes on for the same one', async (signal) => {
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
