import { EventEmitter2 } from '@nestjs/event-emitter';
import { InvalidationBus } from '../../src/cache/invalidation-bus';
import { RedisConnection } from '../../src/cache/redis.connection';
import { AgentsTouched } from '../../src/events/agents-touched.event';
import { EventLogRepository, type TouchedAgent } from '../../src/events/event-log.repository';
import type { TestApp } from './test-app';
import type { TestingModuleBuilder } from '@nestjs/testing';
import { until } from './until';

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
  app.get(EventEmitter2).on(AgentsTouched.topic, ({ ids }: AgentsTouched) => {
    for (const id of ids) touched.add(id);
  });
  return touched;
}
