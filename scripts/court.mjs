// npm run court: a stand-in Trifecta Court for development and tests, which judges by a few rules and misbehaves on request.
//
//   npm run court -- [--port 9000] [--host 127.0.0.1] [--rules scripts/court.rules.json] [--mode normal]
//
// It prints one line of JSON with its url when it is ready (port 0: any free one), and ends on SIGTERM or SIGINT.
//
//   POST …/court/trifecta   { "action", "context" } → { "valid", "reason"?, "scripture"?, "geometry"?, "law"? }
//   GET, PUT /mode          { "mode": "slow", "delay_ms": 5000 }; the modes are below
//   GET, PUT /rules         { "rules": [ … ] }, as in scripts/court.rules.json
//   GET /questions          { "total": n, "questions": [ … ] }: the last 1,000 it was asked, with their headers
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const MATCHERS = ['type', 'name', 'capability'];
const FINDINGS = ['scripture', 'geometry', 'law'];
const KEPT_QUESTIONS = 1000;
const OVERSIZED = 100 * 1024 * 1024;
const MOVED_TO = '/elsewhere';

/** How it answers. `verdict` is what it would say, `question` its record of what it was asked. */
const MODES = {
  normal: (response, verdict) => send(response, 200, verdict),
  slow: (response, verdict) => setTimeout(send, state.delayMs, response, 200, verdict),
  hang: () => undefined, // for ever
  error: (response) => send(response, 500, { error: 'The court is in disarray' }),
  missing: (response) => send(response, 404, { error: 'There is no court here' }),
  html: (response, verdict) => write(response, 'text/html', `<html><body>${JSON.stringify(verdict)}</body></html>`),
  wrong: (response) => send(response, 200, { valid: 'yes' }),
  /** The length is that of what is sent; only the JSON has no end. */
  truncated: (response, verdict) => write(response, 'application/json', JSON.stringify(verdict).slice(0, -2)),
  /** The verdict, and then a reason without end. `sent` counts how much of it could be got rid of. */
  oversized: (response, verdict, question) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const answer = function* () {
      yield `${JSON.stringify(verdict).slice(0, -1)},"more":"`;
      for (const chunk = 'x'.repeat(64 * 1024); question.sent < OVERSIZED; question.sent += chunk.length) yield chunk;
      yield '"}';
    };
    pipeline(Readable.from(answer()), response, () => undefined);
  },
  /** To where everything is allowed. */
  redirect: (response) => send(response, 307, {}, { location: MOVED_TO }),
  reset: (response, verdict) => {
    const answer = Buffer.from(JSON.stringify(verdict));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
    response.write(answer.subarray(0, answer.length / 2), () =>
      setTimeout(() => response.socket?.resetAndDestroy(), 20),
    );
  },
  /** Refuses connections for so long, and is normal again. Answers nobody, so it is {@link changeMode} that does it. */
  dead: (response) => response.socket?.destroy(),
};

class Refused extends Error {}

const options = {
  port: { type: 'string', default: '9000' },
  host: { type: 'string', default: '127.0.0.1' },
  rules: { type: 'string', default: fileURLToPath(new URL('court.rules.json', import.meta.url)) },
  mode: { type: 'string', default: 'normal' },
};
const state = { mode: 'normal', delayMs: 5000, rules: [], questions: [], total: 0 };

const ROUTES = {
  [`POST ${MOVED_TO}`]: async (request, response) => {
    remember(request, await json(request));
    send(response, 200, { valid: true });
  },
  'GET /mode': (_, response) => send(response, 200, { mode: state.mode, delay_ms: state.delayMs }),
  'PUT /mode': async (request, response) => changeMode(await json(request), response),
  'GET /rules': (_, response) => send(response, 200, { rules: state.rules }),
  'PUT /rules': async (request, response) => {
    state.rules = checkedRules(await json(request));
    send(response, 200, { rules: state.rules });
  },
  'GET /questions': (_, response) => send(response, 200, { total: state.total, questions: state.questions }),
};

const server = createServer((request, response) => {
  const path = request.url.split('?')[0];
  const route = path.endsWith('/court/trifecta') ? court : ROUTES[`${request.method} ${path}`];
  Promise.resolve(route ? route(request, response) : send(response, 404, { error: `There is no ${path}` })).catch(
    (error) => send(response, error instanceof Refused ? 400 : 500, { error: error.message }),
  );
});

async function court(request, response) {
  if (request.method !== 'POST') return send(response, 405, { error: 'Questions are POSTed' }, { allow: 'POST' });
  const asked = await json(request);
  const question = remember(request, asked);
  if (typeof asked.action !== 'string' || !isObject(asked.context))
    throw new Refused('It takes an action and a context');
  return MODES[state.mode](response, judge(asked), question);
}

function judge({ action, context }) {
  const changes = Object.entries(context.changes ?? {}).map(([field, { to }]) => [field, to]);
  const { type, name, capabilities } = { ...context, ...Object.fromEntries(changes) };
  const fits = (rule) =>
    (rule.actions?.includes(action) ?? true) &&
    (rule.type === undefined || rule.type === type) &&
    (rule.name === undefined || new RegExp(rule.name).test(name)) &&
    (rule.capability === undefined || capabilities?.includes(rule.capability));
  const rule = state.rules.find(fits);
  if (!rule) return { valid: true };
  const findings = FINDINGS.filter((finding) => finding in rule).map((finding) => [finding, rule[finding]]);
  return { valid: false, reason: rule.reason, ...Object.fromEntries(findings) };
}

function remember({ url, headers }, { action, context }) {
  const question = { asked_at: new Date().toISOString(), path: url, headers, action, context, sent: 0 };
  state.total++;
  state.questions = [...state.questions, question].slice(-KEPT_QUESTIONS);
  return question;
}

/** Answers as well: once it is dead it could not. */
function changeMode({ mode, delay_ms: delayMs = 5000 }, response) {
  if (!Object.hasOwn(MODES, mode)) throw new Refused(`mode is one of ${Object.keys(MODES).join(', ')}`);
  if (!(Number.isInteger(delayMs) && delayMs >= 0)) throw new Refused('delay_ms is a number of milliseconds');
  Object.assign(state, { mode, delayMs });
  if (mode === 'dead') {
    server.close();
    response.on('finish', () => server.closeAllConnections());
    setTimeout(() => {
      state.mode = 'normal';
      server.listen(state.address);
    }, delayMs);
  }
  send(response, 200, { mode, delay_ms: delayMs }, mode === 'dead' ? { connection: 'close' } : {});
}

function checkedRules({ rules }) {
  if (!Array.isArray(rules)) throw new Refused('rules is a list');
  for (const rule of rules) {
    const unknown = Object.keys(rule).find((key) => ![...MATCHERS, ...FINDINGS, 'actions', 'reason'].includes(key));
    if (unknown) throw new Refused(`A rule has no ${unknown}`);
    if (!MATCHERS.some((matcher) => matcher in rule)) throw new Refused(`A rule needs one of ${MATCHERS.join(', ')}`);
    if (typeof rule.reason !== 'string') throw new Refused('A rule needs a reason');
    try {
      RegExp(rule.name ?? '');
    } catch (error) {
      throw new Refused(error.message);
    }
  }
  return rules;
}

async function json(request) {
  try {
    const value = JSON.parse(await text(request));
    if (isObject(value)) return value;
  } catch {
    // it is no JSON at all
  }
  throw new Refused('It takes a JSON object');
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function send(response, status, body, headers = {}) {
  if (!response.headersSent) write(response, 'application/json', JSON.stringify(body), status, headers);
}

function write(response, type, body, status = 200, headers = {}) {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers }).end(body);
}

function fail(error) {
  console.error(error.message);
  process.exit(1);
}

function stop() {
  server.close();
  server.closeAllConnections();
  process.exit(0);
}

try {
  const { values } = parseArgs({ options });
  state.rules = checkedRules(JSON.parse(readFileSync(values.rules, 'utf8')));
  if (values.mode === 'dead' || !Object.hasOwn(MODES, values.mode))
    throw new Refused(`There is no --mode ${JSON.stringify(values.mode)}`);
  state.mode = values.mode;
  server.once('listening', () => {
    const { address, port } = server.address();
    state.address = { host: address, port };
    console.log(JSON.stringify({ msg: 'The stand-in court is ready', url: `http://${address}:${port}` }));
  });
  server.on('error', (error) => {
    // While it was dead, a connection of somebody else's may have gone out from its port. It will end.
    if (error.code === 'EADDRINUSE' && state.address) setTimeout(() => server.listen(state.address), 50);
    else fail(error);
  });
  server.listen(Number(values.port), values.host);
} catch (error) {
  fail(error);
}
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, stop);
process.on('disconnect', stop); // of whoever forked us
