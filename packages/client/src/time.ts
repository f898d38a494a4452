/** The clock, the timers and the random numbers that all waiting goes by: a test gives the client others than the machine's. */
export interface Time {
  /** Milliseconds by a clock that is never set. */
  now(): number;
  /** Calls `call` once, `ms` milliseconds later, unless the function that this returns is called before. */
  after(ms: number, call: () => void): () => void;
  /** At least 0, less than 1. */
  random(): number;
}

export const MACHINE_TIME: Time = {
  now: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
