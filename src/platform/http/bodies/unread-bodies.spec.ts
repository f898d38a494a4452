import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { TestClock } from '../../../../test/support/test-clock';
import { UnreadBodies } from './unread-bodies';

const TURN_SECONDS = 0.005;

describe('UnreadBodies', () => {
  let clock: TestClock;
  let bodies: UnreadBodies;

  beforeEach(() => {
    clock = new TestClock();
    clock.standStill();
    bodies = new UnreadBodies(clock);
  });

  function unread(): IncomingMessage {
    const request = new IncomingMessage(new Socket());
    bodies.add(request);
    return request;
  }

  const whoIsRead = (all: IncomingMessage[]): number[] =>
    all.flatMap(({ socket }, n) => (socket.isPaused() ? [] : [n]));

  it('reads one alone without a pause', async () => {
    const alone = unread();
    for (let turn = 0; turn < 3; turn++) {
      expect(alone.socket.isPaused()).toBe(false);
      await clock.advance(TURN_SECONDS);
    }
  });

  it('reads several in turns', async () => {
    const all = [unread(), unread(), unread()];
    const seen: number[][] = [];
    for (let turn = 0; turn < 4; turn++) {
      seen.push(whoIsRead(all));
      await clock.advance(TURN_SECONDS);
    }
    expect(seen).toEqual([[0], [1], [2], [0]]);
  });

  it('has no turn for those that have arrived or are gone', async () => {
    const all = [unread(), unread(), unread(), unread()];
    all[0]!.complete = true;
    all[1]!.socket.destroy();
    await clock.advance(TURN_SECONDS);
    expect(whoIsRead([all[2]!, all[3]!])).toEqual([0]);
    all[2]!.complete = true; // and the next request of that connection can come
    await clock.advance(TURN_SECONDS);
    expect(whoIsRead([all[2]!, all[3]!])).toEqual([0, 1]);
    all[3]!.complete = true;
    await clock.advance(TURN_SECONDS);
    expect(whoIsRead([unread(), unread()])).toEqual([0]);
  });

  it('leaves a request alone that has arrived', () => {
    const request = new IncomingMessage(new Socket());
    request.complete = true;
    bodies.add(request);
    expect(whoIsRead([request, unread()])).toEqual([0, 1]);
  });
});
