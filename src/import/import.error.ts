/** The import cannot be done, or not go on. The message is for the person at the terminal. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}
