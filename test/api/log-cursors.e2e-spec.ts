import { createTestApp, type TestApp } from '../support/test-app';
import { registration } from '../support/builders';
import { encodeCursor } from '../../src/platform/validation/paging/paging';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
  await app.request('POST', '/agents/register', registration({ id: 'paged' }));
  for (const version of ['1', '2', '3']) await app.request('PATCH', '/agents/paged', { version });
  await app.database.query(
    `INSERT INTO governance_decisions (action, agent_id, verdict, latency_ms, breaker_state)
     SELECT 'update_agent', 'paged', 'allowed', 1, 'closed' FROM generate_series(1, 4)`,
  );
});
afterAll(() => app.close());

interface EventsOrDecisions {
  events?: { revision: number }[];
  decisions?: { id: number }[];
  next_cursor: string | null;
}

describe.each([
  ['/agents/paged/events', 'events of paged'],
  ['/governance/decisions', 'governance decisions'],
])('cursors of %s', (path, list) => {
  const page = async (cursor: string): Promise<EventsOrDecisions> => {
    const { status, body } = await app.request<EventsOrDecisions>('GET', `${path}?limit=1&cursor=${cursor}`);
    expect(status).toBe(200);
    return body;
  };
  const first = async (): Promise<EventsOrDecisions> =>
    (await app.request<EventsOrDecisions>('GET', `${path}?limit=1`)).body;
  const numberOf = ({ events, decisions }: EventsOrDecisions): number => events?.[0]?.revision ?? decisions![0]!.id;

  it('lead through all of it, and so does one of the release before', async () => {
    let current = await first();
    const newest = numberOf(current);
    const numbers = [newest];
    while (current.next_cursor) numbers.push(numberOf((current = await page(current.next_cursor))));
    expect(numbers).toEqual([newest, newest - 1, newest - 2, newest - 3]);
    expect(numberOf(await page(encodeCursor(list, String(newest))))).toBe(newest - 1);
  });

  it('are refused by name when the database is another one, or has not come so far', async () => {
    const { next_cursor: before } = await first();
    const beyond = encodeCursor(list, '1000000');
    await app.database.query('UPDATE database_timeline SET timeline = gen_random_uuid()');
    for (const cursor of [before, beyond]) {
      const { status, body } = await app.request('GET', `${path}?limit=1&cursor=${cursor}`);
      expect(status).toBe(410);
      expect(body).toMatchObject({ title: 'Gone', code: 'cursor_invalid', errors: [{ field: 'cursor' }] });
    }
    const { next_cursor: anew } = await first();
    expect(numberOf(await page(anew!))).toBe(numberOf(await first()) - 1);
  });
});
