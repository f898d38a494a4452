import type { WatchChange } from './watch-change.js';

/** The changes of a watch that a reader has not taken yet: of each agent the last, told from what the reader knows. */
export class PendingChanges {
  private readonly changes = new Map<string, WatchChange>();
  private wake: () => void = () => undefined;
  private isOver = false;
  private problem: Error | undefined;

  add(change: WatchChange): void {
    const key = keyOf(change);
    const merged = merge(this.changes.get(key), change);
    this.changes.delete(key); // so that it comes after those that came meanwhile
    if (merged) this.changes.set(key, merged);
    this.wake();
  }

  /** Nothing comes any more, by this error if there is one. */
  end(problem: Error | undefined): void {
    this.isOver = true;
    this.problem = problem;
    this.wake();
  }

  /** Each change once it is there. */
  async *taken(): AsyncGenerator<WatchChange, void, undefined> {
    for (;;) {
      for (const [key, change] of this.changes) {
        this.changes.delete(key);
        yield change;
      }
      if (this.changes.size > 0) continue;
      if (this.problem) throw this.problem;
      if (this.isOver) return;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

function keyOf(change: WatchChange): string {
  if (change.type === 'upsert') return `agent ${change.agent.id}`;
  return change.type === 'remove' ? `agent ${change.id}` : change.type;
}

/** What two changes of an agent are together; undefined: nothing, to who has seen neither. */
function merge(earlier: WatchChange | undefined, later: WatchChange): WatchChange | undefined {
  if (earlier?.type === 'upsert' && later.type === 'remove') return earlier.previous && later;
  if (later.type !== 'upsert' || earlier === undefined) return later;
  const known = earlier.type === 'remove' ? earlier.agent : earlier.type === 'upsert' ? earlier.previous : undefined;
  return { type: 'upsert', agent: later.agent, ...(known && { previous: known }) };
}
