/** A backup cannot be taken, or not be restored; unless the message says otherwise nothing has been changed. The message is for the person at the terminal. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}
