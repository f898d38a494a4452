/** Characters of ids in one message; each id is followed by a few more. */
const MOST_CHARACTERS = 32_000;

/** The ids of agents that have changed, on their way to the other replicas. */
export interface BusMessage {
  /** The replica that says so. */
  from: string;
  ids: string[];
}

/** As many messages as it takes to keep each of them short. */
export function messagesOf(from: string, ids: Iterable<string>): string[] {
  const batches: string[][] = [];
  let room = 0;
  for (const id of ids) {
    room -= id.length + 3;
    if (room < 0) {
      batches.push([]);
      room = MOST_CHARACTERS - id.length - 3;
    }
    batches.at(-1)!.push(id);
  }
  return batches.map((batch) => JSON.stringify({ from, ids: batch } satisfies BusMessage));
}

/** Undefined when it is none. */
export function parseMessage(text: string): BusMessage | undefined {
  try {
    const { from, ids } = JSON.parse(text) as Partial<BusMessage>;
    const isOurs = typeof from === 'string' && Array.isArray(ids) && ids.every((id) => typeof id === 'string');
    return isOurs ? { from, ids } : undefined;
  } catch {
    return undefined;
  }
}
