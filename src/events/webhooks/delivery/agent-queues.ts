/** Does the work for one agent in the order in which it came, and that for several agents side by side. */
export class AgentQueues {
  /** By agent, the work that was added last. */
  private readonly tails = new Map<string, Promise<void>>();

  /** @param workEnded called each time */
  constructor(private readonly workEnded: () => void) {}

  /** How many agents have work under way. */
  get size(): number {
    return this.tails.size;
  }

  has(agentId: string): boolean {
    return this.tails.has(agentId);
  }

  /** Does the work when all is done that came before it for the same agent. @param work never rejects */
  add(agentId: string, work: () => Promise<void>): void {
    const before = this.tails.get(agentId) ?? Promise.resolve();
    const tail = before.then(work).finally(() => {
      if (this.tails.get(agentId) === tail) this.tails.delete(agentId);
      this.workEnded();
    });
    this.tails.set(agentId, tail);
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.tails.size > 0) await Promise.all(this.tails.values());
  }
}
