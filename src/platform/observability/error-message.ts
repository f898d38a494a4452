import { types } from 'node:util';

/** What an error says, whatever was thrown. Not by `instanceof`: errors of Node's own fail it in another realm (jest). */
export function errorMessage(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  // A host with several addresses that are all refused gives one error each, and none of its own.
  if (error.message === '' && 'errors' in error && Array.isArray(error.errors)) return errorMessage(error.errors[0]);
  return error.message || error.name;
}
