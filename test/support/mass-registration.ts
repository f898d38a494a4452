import { mapWithConcurrency } from '../../src/platform/common/map-with-concurrency';
import { registration } from './builders';
import type { TestApp } from './test-app';
import { WireClient } from './wire';

/** The longest page of a list that is read while agents come and go. */
const PAGE = 97;
/** So many visitors come, and as many go, while one page is read. */
const VISITORS = 4;

/** How many agents and events there are of a mass registration. */
export interface MassCount {
  agents: number;
  ids: number;
  events: number;
  agentsWithEvents: number;
}

/** Registers `mass-0` to `mass-<count - 1>`, 32 at a time; returns the statuses of the answers that are not 201. */
export async function registerMass(app: TestApp, count: number): Promise<number[]> {
  const client = new WireClient(app.url);
  try {
    const bodies = Array.from({ length: count }, (_, index) => registration({ id: `mass-${index}`, type: 'mass' }));
    const statuses = await mapWithConcurrency(32, bodies, (body) => send(client, 'POST', '/agents/register', body));
    return statuses.filter((status) => status !== 201);
  } finally {
    client.close();
  }
}

export async function countMass({ database }: TestApp): Promise<MassCount> {
  const [counts] = await database.query<MassCount>(`
    SELECT count(*)::int AS agents, count(DISTINCT id)::int AS ids,
           (SELECT count(*)::int FROM agent_events WHERE agent_id LIKE 'mass-%' AND type = 'registered') AS events,
           (SELECT count(DISTINCT agent_id)::int FROM agent_events WHERE agent_id LIKE 'mass-%') AS "agentsWithEvents"
      FROM agents WHERE type = 'mass'`);
  return counts!;
}

/**
 * Reads the whole list through `reader`, page by page. While each page is read, visitors are registered through `writer`, and
 * those that came during the page before are deregistered. Returns the ids in the order in which they were listed.
 */
export async function pageWhileAgentsComeAndGo(reader: TestApp, writer: TestApp): Promise<string[]> {
  const client = new WireClient(writer.url);
  const seen: string[] = [];
  let visitors: string[] = [];
  let cursor: string | null = '';
  try {
    for (let page = 0; cursor !== null; page++) {
      const leaving = visitors;
      // Their ids sort before, into and behind the page that is being read.
      visitors = Array.from(
        { length: VISITORS },
        (_, visitor) => `mass-${(page * 7 + visitor * 2_500) % 10_000}-visitor`,
      );
      const path: string = `/agents?limit=${PAGE}${cursor && `&cursor=${cursor}`}`;
      const [{ body }, ...statuses] = await Promise.all([
        reader.request<{ agents: { id: string }[]; next_cursor: string | null }>('GET', path),
        ...visitors.map((id) => send(client, 'POST', '/agents/register', registration({ id, type: 'visitor' }))),
        ...leaving.map((id) => send(client, 'DELETE', `/agents/${id}`)),
      ]);
      const refused = statuses.filter((status) => status >= 300);
      if (refused.length > 0) throw new Error(`visitors were answered ${refused.join()}`);
      seen.push(...body.agents.map(({ id }) => id));
      cursor = body.next_cursor;
    }
    return seen;
  } finally {
    client.close();
  }
}

async function send(client: WireClient, method: string, path: string, body?: object): Promise<number> {
  const text = body && JSON.stringify(body);
  const headers: Record<string, string> =
    text === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
  return (await client.exchange({ method, path, headers, body: text })).status;
}
