import type { Client, Connection, PoolClient } from 'pg';

/**
 * What is used of `pg` 8 and `pg-pool` 3 that their documentation does not promise: `Client#connection` and its socket `stream`, `Client#processID`,
 * and the option `onConnect` of a pool.
 */
interface Internals {
  connection: Connection;
  processID: number | null;
}

function internalsOf(client: Client | PoolClient): Internals {
  return client as unknown as Internals;
}

/** Ends a connection at once and without a word: a server that hangs would not read it. */
export function cutConnection(client: Client | PoolClient): void {
  internalsOf(client).connection.stream.destroy();
}

/** The process of the server that answered the connection, as it said so at the start; a pooler says a number of its own. */
export function announcedProcess(client: Client | PoolClient): number | null {
  return internalsOf(client).processID;
}

/** An option of `pg-pool`: called with each new connection, which is used when that has resolved. */
export interface OnConnect {
  onConnect(client: Client): Promise<unknown>;
}
