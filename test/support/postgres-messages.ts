/** Messages of PostgreSQL's protocol, for servers that only seem to be one. */

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const AUTHENTICATED = message('R', Buffer.alloc(4));
const READY = message('Z', Buffer.from('I'));

/** What a server sends to a client that it lets in. */
export function welcome(pid: number): Buffer {
  const key = Buffer.alloc(8);
  key.writeInt32BE(pid);
  return Buffer.concat([AUTHENTICATED, message('K', key), READY]);
}

/** The same of a server that is told to end the connection before the client has read anything. */
export const WELCOME_AND_GOODBYE = Buffer.concat([
  AUTHENTICATED,
  READY,
  message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0')),
]);
