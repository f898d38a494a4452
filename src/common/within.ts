/** The work has not ended in time; it may still do so, and nobody waits for it any more. */
export class DeadlineMissed extends Error {}

/**
 * What the work gives, if it does so within so many milliseconds.
 * @throws DeadlineMissed
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    const miss = (): void => reject(new DeadlineMissed(`no answer within ${ms} ms`));
    // After a stall of this process the answer may lie in the socket already: timers run before what has arrived is read.
    timer = setTimeout(() => setImmediate(miss), ms);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}
