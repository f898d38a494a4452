import * as fc from 'fast-check';
import { characterCount } from '../../src/platform/validation/rules';
import { anyCharacters } from './hostile/arbitraries';
import { HostileTarget } from './hostile/target';
import { ID, JSON_TYPE, KINDS } from './hostile/requests';

/** A failing test prints it; with it the same requests are made again. */
const SEED = Number(process.env.HOSTILE_SEED ?? Math.floor(Math.random() * 2 ** 31));

jest.setTimeout(3600_000); // a guard against what hangs: each request has a deadline of its own

let target: HostileTarget;

beforeAll(async () => {
  target = await HostileTarget.start();
});
afterAll(() => target.close());
beforeEach(() => target.enrol());
afterEach(() => target.expectNothingTorn());

describe('random requests', () => {
  it.each(KINDS)('with $name are answered, and write nothing when they are refused', async (kind) => {
    await target.withstand(kind, SEED);
  });

  it('with any target and any header field, byte by byte, are answered', async () => {
    await target.withstandHeads(SEED);
  });
});

describe('what hostile input leaves behind', () => {
  it('is never more than the contract allows, even when it came in parts', async () => {
    const part = (parts: string): object => ({
      id: ID,
      name: ID,
      type: 'worker',
      capabilities: [parts],
      endpoints: Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`${parts}${index}`, 'urn:x'])),
      metadata: { [parts]: 'x'.repeat(40_000) },
    });
    for (const parts of ['a', 'b']) {
      const body = JSON.stringify({ agents: [part(parts)] });
      await target.ask({ method: 'POST', path: '/agents/import', headers: JSON_TYPE, body });
      const { endpoints, metadata } = part(parts) as { endpoints: object; metadata: object };
      await target.ask({
        method: 'PATCH',
        path: `/agents/${ID}`,
        headers: JSON_TYPE,
        body: JSON.stringify({ endpoints, metadata }),
      });
    }
    expect(await target.agentsBeyondLimits()).toEqual([]);
  });

  it('is the same after the same request, whatever its numbers look like', async () => {
    const replace = async (): Promise<unknown> => {
      const fields = `"name":"${ID}","type":"t","metadata":{"a":-0,"b":0.10,"c":1e3,"d":12345678901234567890123,"e":1e-7}`;
      const put = { method: 'PUT', path: `/agents/${ID}`, headers: JSON_TYPE, body: `{${fields}}` };
      return (await target.ask(put)).headers.etag;
    };
    expect(await replace()).toBe(await replace());
  });

  it('counts characters as PostgreSQL does', async () => {
    const texts = fc.sample(anyCharacters, 500).map((text) => text.replaceAll('\0', ''));
    const counted = await target.app.database.query<{ length: number }>(
      'SELECT char_length(text) AS length FROM unnest($1::text[]) WITH ORDINALITY AS item(text, place) ORDER BY place',
      [texts],
    );
    expect(counted.map(({ length }) => length)).toEqual(texts.map(characterCount));
  });

  it('is an agent that everybody can read, within the limits of the contract, for every row', async () => {
    expect(await target.agentsBeyondLimits()).toEqual([]);
  });
});
