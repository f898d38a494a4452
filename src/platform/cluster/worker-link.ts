import cluster from 'node:cluster';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { STOP_SIGNALS, type StopSignal } from '../runtime/stop-signal';
import { isOurs, type ToPrimary, type ToWorker } from './messages';

/** Given to workers that replace one that has died: the others serve meanwhile, so it takes no connection too early. */
export const LISTEN_WHEN_READY = '--listen-when-ready';

const SCRAPE_MS = 2_000;

/** A worker's way to its siblings, by way of the primary. In a process that is not a worker there are none. */
@Injectable()
export class WorkerLink {
  private readonly scrapes = new Map<number, (answer: { text?: string; error?: string }) => void>();
  private readonly listeners = new Map<string, (payload: unknown) => void>();
  private asked = 0;

  constructor(private readonly clock: Clock) {
    if (!cluster.isWorker) return;
    process.on('message', (message: ToWorker) => {
      if (!isOurs(message)) return;
      if (message.type === 'registry:scraped') this.scrapes.get(message.id)?.(message);
      if (message.type === 'registry:told') this.listeners.get(message.topic)?.(message.payload);
    });
  }

  /** What tells a worker to stop: its primary. The signals of a terminal reach it as well and are the primary's business. */
  static stopSignal(): StopSignal {
    for (const signal of STOP_SIGNALS) process.on(signal, () => undefined);
    const controller = new AbortController();
    const received = new Promise<string>((resolve) => {
      process.on('message', (message: ToWorker) => {
        if (!isOurs(message) || message.type !== 'registry:stop') return;
        controller.abort();
        resolve(message.signal);
      });
    });
    return { received, aborted: controller.signal };
  }

  /** Tells the primary that this worker serves. */
  static ready(port: number): void {
    toPrimary({ type: 'registry:ready', port });
  }

  get hasSiblings(): boolean {
    return cluster.isWorker;
  }

  /** The metrics of all workers, added up, in Prometheus's text format. Rejects when one of them does not answer in time. */
  async scrapeAll(): Promise<string> {
    const id = this.asked++;
    const answer = await new Promise<{ text?: string; error?: string }>((resolve) => {
      const timer = this.clock.setDeadline(SCRAPE_MS, () => resolve({ error: 'a worker did not answer' }));
      this.scrapes.set(id, (given) => {
        timer.cancel();
        resolve(given);
      });
      toPrimary({ type: 'registry:scrape', id });
    });
    this.scrapes.delete(id);
    if (answer.text === undefined) throw new Error(`The metrics cannot be added up: ${answer.error}`);
    return answer.text;
  }

  /** Tells all siblings; none is waited for. */
  tell(topic: string, payload: unknown): void {
    if (cluster.isWorker) toPrimary({ type: 'registry:tell', topic, payload });
  }

  /** Calls `listener` with what siblings {@link tell} under `topic`. */
  listen(topic: string, listener: (payload: unknown) => void): void {
    this.listeners.set(topic, listener);
  }
}

function toPrimary(message: ToPrimary): void {
  if (process.connected) process.send?.(message);
}
