import { Keyv } from 'keyv';
import { keyInStore } from './keyv';

describe('The private API of Keyv', () => {
  it('writes keys into the store as it is said here', async () => {
    const store = new Map<string, unknown>();
    await new Keyv({ store, namespace: 'a:b' }).set('c:d', 1);
    expect([...store.keys()]).toEqual([keyInStore('a:b', 'c:d')]);
  });
});
