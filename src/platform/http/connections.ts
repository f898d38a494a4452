import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../common/clock';
import { UnreadBodies } from './bodies/unread-bodies';

/** Connections above the bound that may be open, so that a probe among them is heard: an eighth, at most so many. */
const MOST_RESERVED = 64;
/** Requests that may wait on one connection for the answer to the one before them. */
const MOST_WAITING = 1_000;
/** The same on all connections together. */
const MOST_WAITING_IN_ALL = 10_000;
/** With so many waiting, nothing more is read from the connection. */
const ENOUGH_WAITING = 16;

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

interface Connection {
  socket: Socket;
  /** What is being served. */
  current: Exchange | undefined;
  /** Came after it on the same connection. */
  waiting: Exchange[];
  isPaused: boolean;
  /** The request that came last. */
  latest: IncomingMessage | undefined;
  /** Said when all that came before has been answered: the last that this connection hears. */
  farewell: ((socket: Socket) => void) | undefined;
  /** Bytes that the system had taken when it last took any, and when that was seen. */
  delivered: number;
  deliveredAt: number | undefined;
}

/**
 * The connections of a server. Bounds how many there are, serves the requests of each one after another, and cuts those whose
 * client does not read its answers.
 */
export class Connections {
  /** How many may be open; {@link isFull} beyond. */
  most = Infinity;
  private readonly open = new Map<Duplex, Connection>();
  /** Without a request that is being served; the one that has been so for longest is first. */
  private readonly idle = new Set<Connection>();
  /** Without any request so far. */
  private readonly unheard = new Set<Connection>();
  private readonly unreadBodies: UnreadBodies;
  private waiting = 0;

  constructor(
    private readonly clock: Clock,
    private readonly serve: (request: IncomingMessage, response: ServerResponse) => void,
  ) {
    this.unreadBodies = new UnreadBodies(clock);
  }

  get size(): number {
    return this.open.size;
  }

  get unheardSize(): number {
    return this.unheard.size;
  }

  /** Whether more connections are open than may be, all of them with a request that is being served. */
  get isFull(): boolean {
    return this.open.size > this.most;
  }

  /** Takes a new connection. Above the bound, the one that has been idle for longest makes room. */
  add(socket: Socket): void {
    const connection: Connection = {
      socket,
      current: undefined,
      waiting: [],
      isPaused: false,
      latest: undefined,
      farewell: undefined,
      delivered: 0,
      deliveredAt: undefined,
    };
    this.open.set(socket, connection);
    this.idle.add(connection);
    this.unheard.add(connection);
    socket.once('close', () => this.remove(connection));
    const reserve = Math.min(Math.ceil(this.most / 8), MOST_RESERVED);
    if (!this.isFull || (this.idle.size <= reserve && this.open.size <= this.most + reserve)) return;
    const [longest] = this.idle;
    longest!.socket.destroy();
    this.remove(longest!); // now, and not when the system has closed it
  }

  /** Serves a request when all that came before it on its connection have been answered. */
  accept(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.open.get(request.socket);
    if (!connection) return abandon(response); // it has just been cut
    connection.latest = request;
    if (!connection.current) return this.begin(connection, { request, response });
    connection.waiting.push({ request, response });
    this.waiting++;
    if (connection.waiting.length > MOST_WAITING || this.waiting > MOST_WAITING_IN_ALL) return this.cut(connection);
    if (connection.waiting.length < ENOUGH_WAITING || connection.isPaused) return;
    connection.isPaused = true;
    connection.socket.pause();
  }

  /** A request has been answered, and the system has taken all of the answer. */
  answered(request: IncomingMessage): void {
    const connection = this.open.get(request.socket);
    if (connection?.current?.request !== request) return;
    connection.current = undefined;
    this.unreadBodies.add(request);
    this.proceed(connection);
  }

  /** Has `farewell` end a connection on which nothing more can be read, after the answers to all that came before. */
  fail(socket: Duplex, farewell: (socket: Socket) => void): void {
    const connection = this.open.get(socket);
    if (!connection) return void socket.destroy();
    const { latest, current, waiting } = connection;
    const unread = latest?.complete === false ? latest : undefined;
    if (unread) {
      if (waiting.at(-1)?.request === unread) {
        waiting.pop();
        this.waiting--;
      } else if (!current || current.response.headersSent)
        return connection.socket.destroySoon(); // it was answered unread
      else connection.current = undefined;
    }
    connection.farewell = farewell;
    if (!connection.current) this.proceed(connection);
  }

  /** Cuts connections whose client has taken nothing of an answer for `patienceMs`. To be called every second or so. */
  cutStalled(patienceMs: number): void {
    const now = this.clock.monotonicMs();
    for (const connection of this.open.values()) {
      const { socket } = connection;
      const pending = socket.writableLength;
      const delivered = socket.bytesWritten - pending;
      if (pending === 0) connection.deliveredAt = undefined;
      else if (connection.deliveredAt === undefined || delivered !== connection.delivered) {
        connection.deliveredAt = now;
        connection.delivered = delivered;
      } else if (now - connection.deliveredAt >= patienceMs) this.cut(connection);
    }
  }

  /** Does what is next on a connection on which nothing is being served. */
  private proceed(connection: Connection): void {
    const next = connection.waiting.shift();
    if (next) {
      this.waiting--;
      this.begin(connection, next);
    } else if (connection.farewell) return connection.farewell(connection.socket);
    else this.idle.add(connection);
    if (!connection.isPaused || connection.waiting.length > 0) return;
    connection.isPaused = false;
    connection.socket.resume();
  }

  private begin(connection: Connection, exchange: Exchange): void {
    connection.current = exchange;
    this.idle.delete(connection);
    this.unheard.delete(connection);
    this.serve(exchange.request, exchange.response);
  }

  /** Resets it, so that the system forgets what it still holds for the client, too. */
  private cut(connection: Connection): void {
    if (connection.socket instanceof TLSSocket)
      connection.socket.destroy(); // it cannot be reset
    else connection.socket.resetAndDestroy();
    this.remove(connection);
  }

  private remove(connection: Connection): void {
    if (!this.open.delete(connection.socket)) return;
    this.idle.delete(connection);
    this.unheard.delete(connection);
    this.waiting -= connection.waiting.length;
    for (const { response } of connection.waiting.splice(0)) abandon(response);
  }
}

/** Node says only of the response whose turn it is that the connection has gone. */
function abandon(response: ServerResponse): void {
  response.emit('close');
}
