import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { AggregatorRegistry, type RegistryContentType } from 'prom-client';
import type { Clock } from '../common/clock';
import { errorMessage } from '../observability/error-message';
import type { ServiceLogger } from '../observability/logging';
import type { StopSignal } from '../runtime/stop-signal';
import { isOurs, type ToPrimary, type ToWorker } from './messages';
import { LISTEN_WHEN_READY } from './worker-link';

const REPLACEMENT_PAUSE_MS = 1_000;

/**
 * Keeps `count` workers alive, each the whole service, behind one port, and carries what they tell each other. The first
 * one starts alone: it migrates the database, and says what is wrong if something is. Returns the exit code when all have
 * ended: 0 after a clean stop.
 */
export async function runPrimary(
  clock: Clock,
  count: number,
  stopSignal: StopSignal,
  logger: ServiceLogger,
  onReady: (port: number) => void,
): Promise<number> {
  const aggregator = new AggregatorRegistry();
  cluster.on('message', (worker, message: ToPrimary) => {
    if (!isOurs(message)) return;
    if (message.type === 'registry:tell') tellOthers(worker, message.topic, message.payload);
    if (message.type === 'registry:scrape') void scrape(aggregator, worker, message.id);
  });

  const first = cluster.fork();
  const port = await Promise.race([portOf(first), stopSignal.received.then(() => undefined)]);
  if (first.isDead()) return first.process.exitCode ?? 1;
  cluster.setupPrimary({ args: [LISTEN_WHEN_READY] });
  cluster.on('exit', (worker, code, signal) => {
    if (stopSignal.aborted.aborted) return;
    logger.error({ msg: 'A worker has ended; another one takes its place', pid: worker.process.pid, code, signal });
    clock.setTimer(REPLACEMENT_PAUSE_MS, () => stopSignal.aborted.aborted || cluster.fork());
  });
  if (port !== undefined) {
    const others = Array.from({ length: count - 1 }, () => portOf(cluster.fork()));
    void Promise.all(others).then(() => stopSignal.aborted.aborted || onReady(port));
  }
  return await stopAll(await stopSignal.received);
}

/** The port that a worker serves on, once it does; undefined when it ends before. */
function portOf(worker: Worker): Promise<number | undefined> {
  return new Promise((resolve) => {
    worker.on('message', (message: ToPrimary) => {
      if (isOurs(message) && message.type === 'registry:ready') resolve(message.port);
    });
    worker.once('exit', () => resolve(undefined));
  });
}

async function stopAll(signal: string): Promise<number> {
  const workers = workersNow();
  const exits = workers.map(async (worker) => {
    const exit = worker.isDead() ? undefined : once(worker, 'exit');
    toWorker(worker, { type: 'registry:stop', signal });
    await exit;
    return worker.process.exitCode ?? 1;
  });
  return Math.max(0, ...(await Promise.all(exits)));
}

function tellOthers(sender: Worker, topic: string, payload: unknown): void {
  for (const worker of workersNow()) if (worker !== sender) toWorker(worker, { type: 'registry:told', topic, payload });
}

async function scrape(aggregator: AggregatorRegistry<RegistryContentType>, worker: Worker, id: number): Promise<void> {
  try {
    toWorker(worker, { type: 'registry:scraped', id, text: await aggregator.clusterMetrics() });
  } catch (error) {
    toWorker(worker, { type: 'registry:scraped', id, error: errorMessage(error) });
  }
}

function workersNow(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}

function toWorker(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message);
}
