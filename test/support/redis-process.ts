import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createClient } from 'redis';
import { until } from './until';

/** A Redis of a test's own, to be treated badly. It keeps nothing: each start is with nothing in it. */
export class RedisProcess {
  private child: ChildProcess | undefined;
  private guard: ChildProcess | undefined;

  private constructor(readonly port: number) {}

  /** One that is running. */
  static async start(): Promise<RedisProcess> {
    const redis = await RedisProcess.absent();
    await redis.start();
    return redis;
  }

  /** One that is not there yet: connections to it are refused. */
  static async absent(): Promise<RedisProcess> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return new RedisProcess(port);
  }

  /** For `REDIS_URL`. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const options = { port: this.port, bind: '127.0.0.1', save: '', appendonly: 'no' };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.child = spawn('redis-server', args, { stdio: 'ignore' });
    // Ends it when the test run is killed: the guard then reads the end of its input.
    const script = 'read -r line; kill -KILL "$0"';
    this.guard = spawn('sh', ['-c', script, String(this.child.pid)], { stdio: ['pipe', 'ignore', 'ignore'] });
    await until('Redis answers', 120, async () => (await this.command('PING').catch(() => undefined)) === 'PONG');
  }

  /** Stops answering without a word, until {@link thaw}. */
  freeze(): void {
    this.child!.kill('SIGSTOP');
  }

  thaw(): void {
    this.child!.kill('SIGCONT');
  }

  /** Ends it outright, frozen or not. It may be started again. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    this.guard?.kill('SIGKILL');
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  /** Its answer to one command, over a connection that is opened for it. */
  async command(...args: string[]): Promise<unknown> {
    const client = createClient({ url: this.url, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.sendCommand(args);
    } finally {
      await client.disconnect();
    }
  }
}
