import type { ServerResponse } from 'node:http';

const streamed = new WeakSet<ServerResponse>();

/** Says of an answer that it lasts as long as its client wants: it is counted by itself, and not among requests. */
export function markStreamed(response: ServerResponse): void {
  streamed.add(response);
}

export function isStreamed(response: ServerResponse): boolean {
  return streamed.has(response);
}
