import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { WorkerLink } from '../cluster/worker-link';
import { messagesOf, parseMessage } from './bus-message';
import { ChangeEpoch } from './change-epoch';
import { discard, RedisConnection, type RedisClient } from './redis.connection';
import { RedisNamespace } from './redis-namespace';

/** Between workers of one machine, which need no Redis for it. */
const TOPIC = 'touched';
/** Probes without an echo after which the subscription is made anew; there is one at each check of the connection. */
const MOST_UNECHOED = 4;

/**
 * Tells the other replicas which agents have changed, and hears it from them: at most once, and not while Redis is away.
 * Whether it can hear, it knows from echoes of its own probes, which take the same way.
 */
@Injectable()
export class InvalidationBus {
  private readonly replica = randomUUID();
  private readonly channel: string;
  private readonly probeChannel: string;
  private readonly subscribers: ((ids: string[]) => void)[] = [];
  private readonly lossListeners: (() => void)[] = [];
  private readonly pending = new Set<string>();
  private flushed: Promise<void> = Promise.resolve();
  private subscriber: RedisClient | undefined;
  private isEchoed = false;
  private probe = 0;
  private unechoed = 0;

  constructor(
    private readonly redis: RedisConnection,
    namespace: RedisNamespace,
    private readonly epoch: ChangeEpoch,
    private readonly siblings: WorkerLink,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(InvalidationBus.name);
    this.channel = namespace.nameOf('touched');
    this.probeChannel = namespace.nameOf(`probe:${this.replica}`);
    redis.watch((isUp) => this.onCheck(isUp));
    siblings.listen(TOPIC, (ids) => this.notifySubscribers(ids as string[]));
  }

  /** Whether changes on other replicas are heard of. Without `REDIS_URL` there is nobody to hear, and it is true. */
  isListening(): boolean {
    return this.redis.state() === 'off' || (this.isEchoed && this.redis.state() === 'up');
  }

  /** `subscriber` gets the ids of agents that other replicas have changed. */
  onInvalidated(subscriber: (ids: string[]) => void): void {
    this.subscribers.push(subscriber);
  }

  /** `listener` is called when changes may have been missed. */
  onLoss(listener: () => void): void {
    this.lossListeners.push(listener);
  }

  /** Call it after the commit. The ids of one turn of the event loop go out together. */
  publish(id: string): void {
    if (this.redis.state() === 'off' && !this.siblings.hasSiblings) return;
    this.epoch.hasChanged();
    this.pending.add(id);
    if (this.pending.size > 1) return;
    this.flushed = new Promise((resolve) => setImmediate(() => void this.flush().finally(resolve)));
  }

  /** Says what is still to be said, and hears no more. */
  async close(): Promise<void> {
    await this.flushed;
    this.drop();
  }

  private async flush(): Promise<void> {
    const ids = [...this.pending];
    this.pending.clear();
    this.siblings.tell(TOPIC, ids);
    const messages = messagesOf(this.replica, ids);
    // Sent in this order on one connection: who is told of a change finds the epoch raised. A Redis that cannot be written to
    // passes messages on all the same.
    await this.redis.attempt((client) =>
      Promise.allSettled([
        this.epoch.raise(client),
        ...messages.map((message) => client.publish(this.channel, message)),
      ]),
    );
  }

  private onCheck(isUp: boolean): void {
    if (!isUp) return this.lose();
    if (this.unechoed > 0) this.lose();
    if (this.unechoed >= MOST_UNECHOED) this.drop();
    if (this.subscriber) this.sendProbe();
    else this.subscribe();
  }

  private subscribe(): void {
    const subscriber = this.redis.duplicate();
    this.subscriber = subscriber;
    const ifCurrent = (work: () => void) => () => subscriber === this.subscriber && work();
    subscriber.on(
      'error',
      ifCurrent(() => this.lose()),
    );
    subscriber.on(
      'ready',
      ifCurrent(() => this.sendProbe()),
    ); // the client has subscribed again by then
    const channels = async (): Promise<void> => {
      await subscriber.connect();
      await subscriber.subscribe(this.channel, (text) => this.hear(text));
      await subscriber.subscribe(this.probeChannel, (text) => this.hearProbe(text));
    };
    channels().then(
      ifCurrent(() => this.sendProbe()),
      ifCurrent(() => this.drop()),
    );
  }

  private sendProbe(): void {
    this.unechoed++;
    const probe = String(++this.probe);
    void this.redis.attempt((client) => client.publish(this.probeChannel, probe));
  }

  /** An old probe says nothing: the connection may have been lost since. */
  private hearProbe(text: string): void {
    if (text !== String(this.probe)) return;
    this.unechoed = 0;
    this.isEchoed = true;
  }

  private hear(text: string): void {
    const message = parseMessage(text);
    if (!message) return this.logger.debug('A message on the invalidation channel is not one of ours');
    if (message.from === this.replica) return;
    this.notifySubscribers(message.ids);
  }

  private notifySubscribers(ids: string[]): void {
    for (const subscriber of this.subscribers) subscriber(ids);
  }

  private lose(): void {
    this.isEchoed = false;
    for (const listener of this.lossListeners) listener();
  }

  private drop(): void {
    const { subscriber } = this;
    this.subscriber = undefined;
    this.unechoed = 0;
    this.lose();
    if (subscriber) discard(subscriber);
  }
}
