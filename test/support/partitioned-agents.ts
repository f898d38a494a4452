import { setTimeout as pause } from 'node:timers/promises';
import type { Acknowledgement } from './deaths-check';

const PAUSE_MS = 1000;
const PATIENCE_MS = 5000;

/** Agents that beat about once a second for themselves, and keep a record of every acknowledgement. */
export class PartitionedAgents {
  /** By agent, in the order in which they came. */
  readonly acknowledged = new Map<string, Acknowledgement[]>();
  /** By agent: beats that were answered 503, at each address. */
  readonly refused = new Map<string, string[]>();
  /** Answers that were neither 200 nor 503. */
  readonly unexpected: string[] = [];
  /** What was answered to requests with tokens that are void, other than 401 and 503. */
  readonly granted: string[] = [];
  private readonly living: Promise<void>[] = [];
  private readonly silent = new Set<string>();

  /**
   * From now on the agent beats at the first of these addresses, with its token, and at the next ones when that does not take
   * the beat.
   */
  begin(id: string, token: string, addresses: string[]): void {
    this.acknowledged.set(id, []);
    this.refused.set(id, []);
    this.living.push(this.live(id, token, addresses));
  }

  /** From now on somebody tries a token that is void, at each of these addresses. */
  abuse(id: string, token: string, addresses: string[]): void {
    this.acknowledged.set(id, []);
    this.living.push(this.tryOut(id, token, addresses));
  }

  silence(ids: Iterable<string>): void {
    for (const id of ids) this.silent.add(id);
  }

  async stop(): Promise<void> {
    this.silence(this.acknowledged.keys());
    await Promise.all(this.living);
  }

  private async live(id: string, token: string, addresses: string[]): Promise<void> {
    while (!this.silent.has(id)) {
      for (const address of addresses) if (await this.beat(id, token, address)) break;
      await pause(PAUSE_MS);
    }
  }

  private async tryOut(id: string, token: string, addresses: string[]): Promise<void> {
    for (let n = 0; !this.silent.has(id); n++) {
      const [method, path] = n % 2 === 0 ? ['POST', `/agents/${id}/heartbeat`] : ['GET', `/agents/${id}`];
      const headers = { authorization: `Bearer ${token}` };
      for (const address of addresses) {
        const signal = AbortSignal.timeout(PATIENCE_MS);
        const answer = await fetch(address + path, { method, headers, signal }).catch(() => undefined); // no answer grants nothing
        if (answer && answer.status !== 401 && answer.status !== 503)
          this.granted.push(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      }
      await pause(PAUSE_MS);
    }
  }

  /** Whether the beat was acknowledged. */
  private async beat(id: string, token: string, address: string): Promise<boolean> {
    const sentAt = now();
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${address}/agents/${id}/heartbeat`, { method: 'POST', headers, signal });
      const text = await answer.text();
      if (answer.status === 200) this.acknowledged.get(id)!.push({ sentAt, answeredAt: now() });
      else if (answer.status === 503) this.refused.get(id)!.push(address);
      else this.unexpected.push(`${id}: ${answer.status} ${text}`);
      return answer.status === 200;
    } catch {
      return false; // no answer: nobody knows
    }
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
