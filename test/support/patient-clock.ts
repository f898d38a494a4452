import type { Timer } from '../../src/common/clock';
import { TestClock } from './test-clock';

/** By this clock nothing takes any time: what is remembered stays fresh, however long the machine is busy. Timers wait as ever. */
export class StillClock extends TestClock {
  override monotonicMs(): number {
    return 0;
  }
}

/** And no answer is late: a database that is slow is not taken for one that is away. */
export class PatientClock extends StillClock {
  override setDeadline(): Timer {
    const timer: Timer = { cancel: () => undefined, unref: () => timer };
    return timer;
  }
}
