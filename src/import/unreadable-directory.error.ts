/** The whole file is of no use (no header, not there, not text): nothing of it can be imported. */
export class UnreadableDirectoryError extends Error {
  override readonly name = 'UnreadableDirectoryError';
}
