import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { createClient } from 'redis';
import { Clock, type Timer } from '../common/clock';
import { currentSecret } from '../config/secret-files';
import { Configuration } from '../config/configuration';
import { RedisNamespace } from './redis-namespace';
import { TimeoutError, withTimeout } from '../common/with-timeout';

export type RedisClient = ReturnType<typeof createClient>;
/** `off`: there is no `REDIS_URL`. */
export type RedisState = 'off' | 'up' | 'down';

/** How long anybody waits for a command. */
const DEADLINE_MS = 100;
const CHECK_EVERY_MS = 500;
/** A connection that has owed an answer for so long is given up: its other end may be gone without a word. */
const GIVE_UP_MS = 5_000;
const CONNECT_TIMEOUT_MS = 2_000;
const LONGEST_PAUSE_MS = 2_000;

/**
 * The connection to Redis, which nothing depends on: no start, no request and no stop ever waits for more than one deadline
 * of 100 ms. A Redis that has missed one counts as down until a check of ours, a small write twice a second, has succeeded.
 */
@Injectable()
export class RedisConnection implements OnModuleInit {
  /** Commands (or groups of them) that were sent for {@link attempt}. */
  attempts = 0;
  private client: RedisClient | undefined;
  private isUp = false;
  private toldState: RedisState | undefined;
  /** Since when an established connection has answered nothing; milliseconds of the monotonic clock. */
  private silentSince: number | undefined;
  private checking: Promise<void> | undefined;
  private timer: Timer | undefined;
  private readonly watchers: ((isUp: boolean) => void)[] = [];

  constructor(
    private readonly configuration: Configuration,
    private readonly namespace: RedisNamespace,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(RedisConnection.name);
  }

  onModuleInit(): void {
    if (this.state() === 'off') return;
    this.open();
    this.timer = this.clock.every(CHECK_EVERY_MS, () => this.look());
  }

  /** As far as is known; asks nobody. */
  state(): RedisState {
    if (!this.configuration.REDIS_URL) return 'off';
    return this.isUp ? 'up' : 'down';
  }

  /** Whether Redis can be written to at this moment. One that is known to be down is not asked. */
  async check(): Promise<RedisState> {
    if (this.state() === 'up') await this.look();
    return this.state();
  }

  /** `watcher` is told at each check and at each loss whether Redis is up; the same twice is possible. */
  watch(watcher: (isUp: boolean) => void): void {
    this.watchers.push(watcher);
  }

  /**
   * What the work gives. Undefined when Redis is off or down (then nothing is sent), does not answer in time, or refuses.
   * Never throws.
   */
  async attempt<T>(work: (client: RedisClient) => Promise<T>): Promise<T | undefined> {
    const { client } = this;
    if (!this.isUp || !client) return undefined;
    this.attempts++;
    try {
      return await withTimeout(this.clock, DEADLINE_MS, work(client));
    } catch (error) {
      if (error instanceof TimeoutError) this.lost(client, error);
      else this.logger.debug({ err: error }, 'Redis refused a command');
      return undefined;
    }
  }

  /** One more connection of the same kind, not opened yet: for subscriptions. Whoever takes it listens to its errors. */
  duplicate(): RedisClient {
    return newClient(() => currentSecret(this.configuration, 'REDIS_URL')!);
  }

  /** For good. Waits for nobody. */
  close(): void {
    this.timer?.cancel();
    const { client } = this;
    this.client = undefined;
    this.isUp = false;
    if (client) discard(client);
  }

  private open(): void {
    const client = this.duplicate();
    this.client = client;
    this.silentSince = undefined;
    client.on('connect', () => client === this.client && (this.silentSince = this.clock.monotonicMs()));
    client.on('ready', () => void this.look());
    // Without a listener an error would end the process.
    client.on('error', (error) => this.lost(client, error));
    client.connect().catch(() => undefined); // told as an error already
  }

  private lost(client: RedisClient, error: unknown): void {
    if (client !== this.client) return;
    if (!(error instanceof TimeoutError)) this.silentSince = undefined;
    this.become(false, error);
  }

  private look(): Promise<void> {
    this.checking ??= this.lookNow().finally(() => (this.checking = undefined));
    return this.checking;
  }

  /** By a write: a Redis that is read-only or full is of no use, and /health should say so. */
  private async lookNow(): Promise<void> {
    const { client } = this;
    if (!client) return;
    if (this.silentSince !== undefined && this.clock.monotonicMs() - this.silentSince > GIVE_UP_MS) {
      discard(client);
      return this.open();
    }
    if (!client.isReady) return this.become(false, new Error('not connected'));
    try {
      await withTimeout(this.clock, DEADLINE_MS, client.set(this.namespace.nameOf('check'), '1', { PX: 1000 }));
      this.heard(client, true);
    } catch (error) {
      if (error instanceof TimeoutError) this.lost(client, error);
      else this.heard(client, false, error);
    }
  }

  private heard(client: RedisClient, isUp: boolean, error?: unknown): void {
    if (client !== this.client) return;
    this.silentSince = this.clock.monotonicMs();
    this.become(isUp, error);
  }

  private become(isUp: boolean, error?: unknown): void {
    this.isUp = isUp;
    const state = this.state();
    if (state !== this.toldState) {
      this.toldState = state;
      if (isUp) this.logger.info('Redis is there');
      else this.logger.warn({ err: error }, 'Redis is away; the service goes on without it');
    }
    for (const watcher of this.watchers) watcher(isUp);
  }
}

/** Loads the package, a fifth of all modules of the service, only when there is a Redis to talk to. */
function newClient(url: () => string): RedisClient {
  const redis = require('redis') as typeof import('redis');
  const client: RedisClient = redis.createClient({
    url: url(),
    disableOfflineQueue: true, // or commands would wait for Redis to come back
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      // With jitter, so that replicas do not all come back at the same moment.
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2),
    },
  });
  // The client logs in anew with what its options say then.
  client.on('reconnecting', () => {
    const { username, password } = new URL(url());
    const login = { username: decoded(username), password: decoded(password) };
    Object.assign(client.options ?? {}, login);
  });
  return client;
}

function decoded(text: string): string | undefined {
  return text === '' ? undefined : decodeURIComponent(text);
}

/** Lets go of a connection in whatever state it is, even while it is being made. */
export function discard(client: RedisClient): void {
  client.unref();
  client.disconnect().catch(() => undefined);
}
