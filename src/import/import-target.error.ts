/** The target cannot be reached or does not do what it was asked; the message is for the person at the terminal. */
export class ImportTargetError extends Error {
  override readonly name = 'ImportTargetError';
}
