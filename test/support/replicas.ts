import { EventEmitter2 } from '@nestjs/event-emitter';
import { InvalidationBus } from '../../src/platform/cache/invalidation-bus';
import { RedisConnection } from '../../src/platform/cache/redis.connection';
import { RedisNamespace } from '../../src/platform/cache/redis-namespace';
import { AgentsInvalidated } from '../../src/events/agents-invalidated.event';
import { EventLogRepository, type TouchedAgent } from '../../src/events/event-log.repository';
import type { RedisProcess } from './redis-process';
import type { TestApp } from './test-app';
import type { TestingModuleBuilder } from '@nestjs/testing';
import { until } from './until';

/** On which replicas of one database tell each other what has changed. */
export function channelOf({ app }: TestApp): string {
  return app.get(RedisNamespace).nameOf('touched');
}

/** The real log, of which nothing arrives as long as it is held up. */
class HeldUpLog extends EventLogRepository {
  override touchedSince(): Promise<TouchedAgent[]> {
    return Promise.resolve([]);
  }
}

/** A replica that hears of others by the bus alone. */
export function withoutTail(builder: TestingModuleBuilder): TestingModuleBuilder {
  return builder.overrideProvider(EventLogRepository).useClass(HeldUpLog);
}

/** Waits until the replicas have Redis and hear each other. */
export async function listening(...apps: TestApp[]): Promise<void> {
  await until('the replicas hear each other', 120, () =>
    apps.every(({ app }) => app.get(RedisConnection).state() === 'up' && app.get(InvalidationBus).isListening()),
  );
}

/** Ids of agents that the replica is told have changed elsewhere, from now on. */
export function touchedOn({ app }: TestApp): Set<string> {
  const touched = new Set<string>();
  app.get(EventEmitter2).on(AgentsInvalidated.topic, ({ ids }: AgentsInvalidated) => {
    for (const id of ids) touched.add(id);
  });
  return touched;
}

/** Looks in vain, one after the other, before what was to be seen counts as lost. */
const LOOKS = 100;

/**
 * Does `work` until `isSeen`. The bus tells at most once, and not while Redis is slow to answer: on a busy machine a message may be
 * lost, and then it is another change that is told.
 */
export async function untilTold(
  what: string,
  work: () => Promise<unknown>,
  isSeen: () => boolean | Promise<boolean>,
): Promise<void> {
  let looks = 0;
  await until(what, 120, async () => {
    if (looks++ % LOOKS === 0) await work();
    return isSeen();
  });
}

/** Publishes on the channel of the replicas what one of them would say, until the replica has heard of the agent. */
export async function heard(redis: RedisProcess, app: TestApp, touched: Set<string>, id: string): Promise<void> {
  await until(`the replica has heard of ${id}`, 120, async () => {
    await redis.command('PUBLISH', channelOf(app), JSON.stringify({ from: 'x', ids: [id] }));
    return touched.has(id);
  });
}
