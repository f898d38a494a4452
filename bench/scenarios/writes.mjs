// Batches of heartbeats and registrations, against what PostgreSQL does for the plainest statements.
import { alternating } from '../alternating.mjs';
import { SERVICE, speaksContract } from '../contenders.mjs';
import { landing } from '../landing.mjs';
import { openLoop } from '../load/open-loop.mjs';
import { peak } from '../load/peak.mjs';
import { batches, registration } from '../load/requests.mjs';
import { bareFlush, bareRegister, serviceFlush } from '../peers/sql.mjs';
import { comparison, count, medianOf } from '../report.mjs';

const BATCH_CONNECTIONS = 4;
/** As many as the service has to PostgreSQL. */
const REGISTER_CONNECTIONS = 16;
const LIMIT = 'bare SQL';
const rateOf = ({ rate }) => rate;
/** Numbers that no heartbeat of another scenario carries. */
let runs = 1_000_000;

/**
 * Every one of the ids beats once, in batches of 1,000, and the clock stops when PostgreSQL has the last of them: so no beat
 * can be saved by a later one of the same agent.
 */
export async function batch(stage, ids) {
  const { database } = stage;
  const limits = [
    { name: LIMIT, runtime: process.versions.node, write: bareFlush },
    { name: "bare SQL, the service's statement", runtime: process.versions.node, write: serviceFlush },
  ];
  const contenders = [...limits, ...stage.contenders];
  const measure = async (contender) => {
    const run = ++runs;
    if (contender.write) return { rate: await contender.write(database, ids.toSorted(), run) };
    const requests = batches(contender.url, ids, run);
    const began = performance.now();
    await openLoop({ ...contender, requests, count: requests.length, rate: Infinity, connections: BATCH_CONNECTIONS });
    const accepted = performance.now() - began;
    const landed = await landing(database, ids, run);
    if (landed.missing > 0)
      stage.broken.push(`batch: ${landed.missing} acknowledged heartbeats are not in the database`);
    return { rate: ids.length / ((accepted + landed.ms) / 1000), accepted: ids.length / (accepted / 1000) };
  };
  for (const contender of contenders) await measure(contender);
  const results = await alternating(stage.extent.repetitions, contenders, measure);
  const accepted = (list) => (list[0].accepted ? count(Math.max(...list.map((each) => each.accepted))) : '–');
  const more = { 'acknowledged at most, beats/s': accepted };
  const text = [
    `${count(ids.length)} agents beat once each, by \`POST /agents/heartbeats\` with 1,000 beats over ${BATCH_CONNECTIONS} connections; the clock stops when`,
    'the last beat is in the database. Bare SQL: one UPDATE for 2,000 beats, one after the other on one connection.',
  ];
  return {
    text: `${text.join('\n')}\n\n${comparison(results, { what: 'durable beats/s', own: stage.own, figure: rateOf, more })}`,
    figures: { service: medianOf(results, SERVICE, rateOf), limit: medianOf(results, LIMIT, rateOf) },
  };
}

/** Registrations of new agents. Each is committed before it is answered. */
export async function register(stage) {
  const { database, directory, extent } = stage;
  const limit = { name: LIMIT, kind: 'sql', runtime: process.versions.node };
  const contenders = [limit, ...stage.contenders.filter(speaksContract)];
  const agents = async () => (await database.query('SELECT count(*)::int AS n FROM agents')).rows[0].n;
  const measure = async ({ kind, isOwn, url, name }, seconds = isOwn ? extent.ownSeconds : extent.seconds) => {
    const connections = REGISTER_CONNECTIONS;
    if (kind === 'sql') return bareRegister({ url: stage.fleet.url, connections, seconds, run: ++runs });
    const before = kind === 'service' ? await agents() : 0;
    const result = await peak({ url, directory, seconds, connections, requests: [registration(url)] });
    const missing = kind === 'service' ? result.answers - ((await agents()) - before) : 0;
    if (missing > 0) stage.broken.push(`${name}: ${missing} registrations that were answered are not in the database`);
    return result;
  };
  for (const contender of contenders) await measure(contender, extent.warmUp);
  const results = await alternating(extent.repetitions, contenders, (contender) => measure(contender));
  const text = `Registrations of new agents over ${REGISTER_CONNECTIONS} connections; bare SQL: INSERT plus event, over as many to PostgreSQL.`;
  return {
    text: `${text}\n\n${comparison(results, { what: 'registrations/s', own: stage.own, figure: rateOf })}`,
    figures: { service: medianOf(results, SERVICE, rateOf), limit: medianOf(results, LIMIT, rateOf) },
  };
}
