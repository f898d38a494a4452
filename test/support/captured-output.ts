/** So many lines of one test are kept, the last ones. */
const KEPT_LINES = 1000;

/** Keeps a line that something under test has printed. The test environment shows it when the test fails, and else drops it. */
export function capture(line: string): void {
  const { capturedOutput } = globalThis as { capturedOutput?: string[] };
  if (!capturedOutput) return;
  capturedOutput.push(line);
  if (capturedOutput.length > 2 * KEPT_LINES) capturedOutput.splice(0, KEPT_LINES);
}
