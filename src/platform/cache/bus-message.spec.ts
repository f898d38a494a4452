import * as fc from 'fast-check';
import { messagesOf, parseMessage } from './bus-message';

describe('messages of the invalidation bus', () => {
  it('bring all ids over, in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 255 })), (ids) => {
        expect(messagesOf('a', ids).flatMap((text) => parseMessage(text)!.ids)).toEqual(ids);
      }),
    );
  });

  it('are few, and none of them is long', () => {
    const messages = messagesOf(
      'a',
      Array.from({ length: 10_000 }, (_, index) => `agent-${String(index).padStart(10, '0')}`),
    );
    expect(messages.length).toBeLessThan(10);
    for (const message of messages) expect(message.length).toBeLessThan(33_000);
  });

  it('say who speaks', () => {
    expect(messagesOf('me', ['x']).map(parseMessage)).toEqual([{ from: 'me', ids: ['x'] }]);
    expect(messagesOf('me', [])).toEqual([]);
  });

  it.each([
    '',
    'no JSON',
    'null',
    '7',
    '[]',
    '{}',
    '{"from":"a"}',
    '{"from":1,"ids":[]}',
    '{"from":"a","ids":[1]}',
    '{"ids":["a"]}',
  ])('are not %j', (text) => {
    expect(parseMessage(text)).toBeUndefined();
  });
});
