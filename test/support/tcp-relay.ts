import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A port of our own that leads to another one while it is open: a server that comes and goes without being touched. */
export class TcpRelay {
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((socket) => this.relay(socket));
  private port = 0;
  private isFrozen = false;
  private delayMs = 0;
  private cutText: string | undefined;
  private isSwallowing = false;

  private constructor(private target: URL) {}

  /** Takes a port and, for now, refuses connections to it. */
  static async to(target: string): Promise<TcpRelay> {
    const relay = new TcpRelay(new URL(target));
    await relay.open();
    await relay.close();
    return relay;
  }

  /** `target`, by way of this relay. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  /** From now on new connections lead to another server. */
  leadTo(target: string): void {
    this.target = new URL(target);
  }

  async open(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    ({ port: this.port } = this.server.address() as AddressInfo);
  }

  /** Cuts all connections and refuses new ones. */
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  /** Passes nothing on, in either direction, and says nothing of it; connections are still taken. */
  freeze(): void {
    this.isFrozen = true;
    for (const socket of this.sockets) socket.pause();
  }

  thaw(): void {
    this.isFrozen = false;
    for (const socket of this.sockets) socket.resume();
  }

  /**
   * Cuts all connections; new ones are taken, and nothing that is sent over them ever arrives anywhere, not even when `isOn` has become
   * false: as in a network that loses packets.
   */
  swallow(isOn: boolean): void {
    this.isSwallowing = isOn;
    if (isOn) for (const socket of this.sockets) socket.destroy();
  }

  /** From now on what passes takes so long, in either direction; one piece after the other. */
  delay(milliseconds: number): void {
    this.delayMs = milliseconds;
  }

  /** From now on cuts a connection whose client sends this, and does not pass it on; undefined: none. */
  cutBefore(text: string | undefined): void {
    this.cutText = text;
  }

  /** What a client sends, up to the text that it is cut before. */
  private watched(socket: Socket): Transform {
    return new Transform({
      transform: (chunk: Buffer, _, pass) => {
        if (this.cutText === undefined || !chunk.includes(this.cutText)) return pass(null, chunk);
        socket.destroy();
        pass();
      },
    });
  }

  private delayed(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _, pass) => {
        if (this.delayMs === 0) pass(null, chunk);
        else setTimeout(() => pass(null, chunk), this.delayMs);
      },
    });
  }

  private relay(socket: Socket): void {
    if (this.isSwallowing) {
      this.sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
      return void socket.resume();
    }
    const target = connect(Number(this.target.port), this.target.hostname);
    for (const [one, other] of [
      [socket, target],
      [target, socket],
    ] as const) {
      this.sockets.add(one);
      const passing = one === socket ? one.pipe(this.watched(socket)) : one;
      passing.pipe(this.delayed()).pipe(other);
      if (this.isFrozen) one.pause();
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  }
}
