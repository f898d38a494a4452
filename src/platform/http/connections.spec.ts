import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { TestClock } from '../../../test/support/test-clock';
import { Connections } from './connections';

const MOST_ON_ONE = 1_000;
const MOST_IN_ALL = 10_000;

describe('Connections', () => {
  let served: IncomingMessage[];
  let connections: Connections;

  beforeEach(() => {
    served = [];
    connections = new Connections(new TestClock(), (message) => served.push(message));
  });

  function connect(): Socket {
    const socket = new Socket();
    socket.on('error', () => undefined);
    connections.add(socket);
    return socket;
  }

  function request(socket: Socket): IncomingMessage {
    const message = new IncomingMessage(socket);
    message.complete = true;
    connections.accept(message, new ServerResponse(message));
    return message;
  }

  it('serves the requests of one connection one after another, and those of others meanwhile', () => {
    const [one, other] = [connect(), connect()];
    const [first, second, third] = [request(one), request(one), request(one)];
    const another = request(other);
    expect(served).toEqual([first, another]);
    connections.answered(first);
    expect(served).toEqual([first, another, second]);
    connections.answered(first); // once is enough
    connections.answered(another);
    expect(served).toEqual([first, another, second]);
    connections.answered(second);
    expect(served).toEqual([first, another, second, third]);
  });

  it('reads no more from a connection on which many requests wait, until all are served', () => {
    const socket = connect();
    const sent = Array.from({ length: 17 }, () => request(socket));
    expect(socket.isPaused()).toBe(true);
    for (const each of sent.slice(0, -2)) connections.answered(each);
    expect(socket.isPaused()).toBe(true);
    connections.answered(sent.at(-2)!);
    expect(socket.isPaused()).toBe(false);
  });

  it('cuts a connection with too many requests, and answers none of them', () => {
    const [bad, good] = [connect(), connect()];
    const first = request(bad);
    for (let n = 0; n < MOST_ON_ONE; n++) request(bad);
    expect(bad.destroyed).toBe(false);
    request(bad);
    expect([bad.destroyed, connections.size]).toEqual([true, 1]);
    request(bad); // the parser may bring more of what it has read
    connections.answered(first);
    expect(served).toEqual([first]);
    request(good);
    expect(served.length).toBe(2);
  });

  it('cuts a connection when too many requests wait on all of them', () => {
    const full = Array.from({ length: MOST_IN_ALL / MOST_ON_ONE }, () => connect());
    for (const socket of full) for (let n = 0; n <= MOST_ON_ONE; n++) request(socket);
    expect(full.map(({ destroyed }) => destroyed)).toEqual(full.map(() => false));
    const late = connect();
    request(late);
    expect(late.destroyed).toBe(false); // it is served, and waits for nothing
    request(late);
    expect(late.destroyed).toBe(true);
    full[0]!.destroy();
    full[0]!.emit('close');
    const later = connect();
    request(later);
    request(later);
    expect(later.destroyed).toBe(false);
  });

  it('counts a connection as unheard until its first request', () => {
    const [first, second] = [connect(), connect()];
    expect(connections.unheardSize).toBe(2);
    request(first);
    expect(connections.unheardSize).toBe(1);
    second.emit('close');
    expect([connections.unheardSize, connections.size]).toEqual([0, 1]);
  });
});
