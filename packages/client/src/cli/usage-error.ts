/** The command line, or a file that it names, is wrong. Its message names what is, and is meant for people. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
