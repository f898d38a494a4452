import { setTimeout as pause } from 'node:timers/promises';

/** Waits until `condition` holds; fails, naming `what`, when it does not within so many seconds. */
export async function until(
  what: string,
  withinSeconds: number,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + withinSeconds * 1000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not so within ${withinSeconds} s: ${what}`);
    await pause(20);
  }
}
