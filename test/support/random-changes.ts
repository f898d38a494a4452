import { Client } from 'pg';
import { registration } from './builders';
import type { Random } from './random';

const AGENTS = 25;

/** One of several changes to one of {@link AGENTS} agents. What is not answered may have been done or not. */
export async function changeSomething(random: Random, url: string): Promise<void> {
  const id = `agent-${random.between(1, AGENTS)}`;
  const fields = { type: random.pick(['a', 'b']), version: random.pick(['1', '2']) };
  const [method, path, body] = random.pick<[string, string, object | undefined]>([
    ['POST', '/agents/register', registration({ id, ...fields })],
    ['POST', '/agents/register', registration({ id, ...fields })],
    ['PATCH', `/agents/${id}`, random.chance(0.5) ? { type: fields.type } : { version: fields.version }],
    ['PUT', `/agents/${id}/status`, { status: random.pick(['maintenance', 'active']) }],
    ['DELETE', `/agents/${id}`, undefined],
  ]);
  const headers = { 'content-type': 'application/json' };
  const answer = fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  await answer.then((response) => response.arrayBuffer()).catch(() => undefined);
}

/** A transaction that has drawn a revision and stays open while others commit theirs; in the end it commits or not. */
export async function holdLogOpen(
  random: Random,
  database: string,
  urls: () => string[],
  commits = random.chance(0.5),
): Promise<void> {
  const client = new Client({ connectionString: database });
  await client.connect();
  await client.query('BEGIN');
  await client.query(`INSERT INTO agent_events (agent_id, type) VALUES ('held-open', 'updated')`);
  await Promise.all(Array.from({ length: 10 }, () => changeSomething(random, random.pick(urls()))));
  await client.query(commits ? 'COMMIT' : 'ROLLBACK');
  await client.end();
}
