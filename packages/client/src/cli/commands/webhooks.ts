import type { Webhook, WebhookDelivery, WebhookFields, WebhookWithSecret } from '../../types.js';
import type { Call, Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import type { Option } from '../option.js';
import { UsageError } from '../usage-error.js';

type EventType = NonNullable<WebhookFields['types']>[number];

/** Each of them: one that is missing does not compile. */
const EVERY_TYPE: Record<EventType, true> = {
  registered: true,
  imported: true,
  updated: true,
  status_changed: true,
  deregistered: true,
  unbanned: true,
  superseded: true,
  availability: true,
};
const TYPES = Object.keys(EVERY_TYPE) as EventType[];
const PAYLOADS = ['cloudevents', 'standard'] as const;
const STATES = ['waiting', 'delivered', 'failed'] as const;
const DEFAULT_LIMIT = 100;

const SETTINGS: readonly Option[] = [
  { name: 'url', value: 'URL', help: 'where events are sent' },
  { name: 'description', value: 'TEXT', help: 'what it is for' },
  { name: 'type', value: 'TYPE', repeatable: true, choices: TYPES, help: 'only events of this type (several: any)' },
  { name: 'filter', value: 'EXPRESSION', help: 'only events for which this is true, over event and agent' },
  { name: 'payload', value: 'FORMAT', choices: PAYLOADS, help: 'how events are written (default cloudevents)' },
  { name: 'header', value: 'NAME=VALUE', repeatable: true, pair: true, help: 'a header field of each request' },
];
const START: Option = { name: 'start', value: 'PLACE', help: 'where it begins: now (default), oldest, or a cursor' };
const ENABLE: readonly Option[] = [
  { name: 'enable', help: 'send again, from where it stopped' },
  { name: 'disable', help: 'send nothing until it is enabled' },
];
const OVERLAP: Option = {
  name: 'overlap',
  value: 'SECONDS',
  help: 'for how long the secret so far signs too (default 86400); 0: it may be stolen',
  number: { min: 0, max: 604_800, whole: true },
};
const AFTER: Option = { name: 'after', value: 'CURSOR', help: 'send all events after it again; oldest: all there are' };
const OF_LOG: readonly Option[] = [
  { name: 'state', value: 'STATE', repeatable: true, choices: STATES, help: 'deliveries in this state (several: any)' },
  {
    name: 'limit',
    value: 'N',
    help: `at most so many, the newest (default ${DEFAULT_LIMIT})`,
    number: { min: 1, whole: true },
  },
];

interface Action {
  options: readonly Option[];
  operands: 0 | 1 | 2;
  run: (call: Call, id: string, delivery: string) => Promise<number>;
}

const ACTIONS: Record<string, Action> = {
  list: { options: [], operands: 0, run: list },
  create: { options: [...SETTINGS, START, ENABLE[1]!], operands: 0, run: create },
  get: { options: [], operands: 1, run: get },
  update: { options: [...SETTINGS, ...ENABLE], operands: 1, run: update },
  delete: { options: [], operands: 1, run: remove },
  'rotate-secret': { options: [OVERLAP], operands: 1, run: rotate },
  test: { options: [], operands: 1, run: test },
  replay: { options: [AFTER], operands: 1, run: replay },
  deliveries: { options: OF_LOG, operands: 1, run: deliveries },
  retry: { options: [], operands: 2, run: retry },
};
const OPTIONS = [...SETTINGS, START, ...ENABLE, OVERLAP, AFTER, ...OF_LOG];

export const webhooks: Command = {
  name: 'webhooks',
  summary: 'Have events sent to an address, and see what became of them',
  details: `list and get show webhooks; create --url URL makes one and prints its secret, which is told only then; update ID and delete ID
change it. test ID sends a test event at once. rotate-secret ID gives it a new secret. deliveries ID shows what became of its
events, retry ID DELIVERY sends one again, replay ID --after CURSOR all after a place.`,
  operands: [
    { name: 'ACTION', choices: Object.keys(ACTIONS) },
    { name: 'ID', optional: true },
    { name: 'DELIVERY', optional: true },
  ],
  options: OPTIONS,
  async run(call) {
    const { args } = call;
    const name = args.operand('ACTION');
    const { options, operands, run } = ACTIONS[name]!;
    for (const option of OPTIONS)
      if (args.has(option.name) && !options.includes(option))
        throw new UsageError(`--${option.name} does not go with ${name}`);
    const given = [args.optionalOperand('ID'), args.optionalOperand('DELIVERY')];
    const missing = ['ID', 'DELIVERY'].find((_, index) => index < operands && given[index] === undefined);
    if (missing !== undefined) throw new UsageError(`${missing} is missing`);
    const extra = given[operands];
    if (extra !== undefined) throw new UsageError(`there is nothing that "${extra}" could be`);
    return run(call, given[0] ?? '', given[1] ?? '');
  },
};

async function list({ client, output, interruption: signal }: Call): Promise<number> {
  const found = await client.webhooks.list({ signal });
  if (!output.isTable) output.result({ webhooks: found }, found);
  else {
    output.table(
      [
        { title: 'ID' },
        { title: 'STATUS' },
        { title: 'WAITING' },
        { title: 'OWNER', min: 8 },
        { title: 'URL', min: 20 },
      ],
      found.map(({ id, status, waiting, owner, url }) => [
        { text: id },
        { text: status, paint: status === 'active' ? undefined : output.colors.red },
        { text: String(waiting) },
        { text: owner ?? '' },
        { text: url },
      ]),
    );
  }
  if (found.length === 0) output.note('there is no webhook');
  return EXIT.ok;
}

async function create(call: Call): Promise<number> {
  const { args, client, interruption: signal } = call;
  const url = args.text('url');
  if (url === undefined) throw new UsageError('--url is missing');
  const start = args.text('start');
  const made = await client.webhooks.create(
    { ...settingsOf(call), url, ...(start !== undefined && { start }) },
    { signal },
  );
  return showSecret(call, made);
}

async function get(call: Call, id: string): Promise<number> {
  return show(call, await call.client.webhooks.get(id, { signal: call.interruption }));
}

async function update(call: Call, id: string): Promise<number> {
  const fields = settingsOf(call);
  if (Object.keys(fields).length === 0) throw new UsageError('there is nothing to change');
  return show(call, await call.client.webhooks.update(id, fields, { signal: call.interruption }));
}

async function remove({ client, output, interruption: signal }: Call, id: string): Promise<number> {
  await client.webhooks.delete(id, { signal });
  if (output.isTable) output.line(id);
  else output.result({ id, deleted: true });
  return EXIT.ok;
}

async function rotate(call: Call, id: string): Promise<number> {
  const overlapSeconds = call.args.number('overlap');
  const options = { signal: call.interruption, ...(overlapSeconds !== undefined && { overlapSeconds }) };
  return showSecret(call, await call.client.webhooks.rotateSecret(id, options));
}

async function test({ client, output, interruption: signal }: Call, id: string): Promise<number> {
  const outcome = await client.webhooks.test(id, { signal });
  if (!output.isTable) output.result(outcome);
  else output.line(`${outcome.status ?? outcome.error} after ${outcome.duration_ms} ms`);
  return outcome.delivered ? EXIT.ok : EXIT.refused;
}

async function replay(call: Call, id: string): Promise<number> {
  const after = call.args.text('after');
  if (after === undefined) throw new UsageError('--after is missing');
  return show(call, await call.client.webhooks.replay(id, after, { signal: call.interruption }));
}

async function deliveries(call: Call, id: string): Promise<number> {
  const { args, client, interruption: signal } = call;
  const most = args.number('limit') ?? DEFAULT_LIMIT;
  const state = args.list('state') as WebhookDelivery['state'][] | undefined;
  const query = { limit: Math.min(most, 1000), ...(state && { state }) };
  const found: WebhookDelivery[] = [];
  for await (const delivery of client.webhooks.deliveriesAll(id, query, { signal })) {
    found.push(delivery);
    if (found.length === most) break;
  }
  if (call.output.isTable) tableOf(call, found);
  else call.output.result({ deliveries: found }, found);
  if (found.length === 0) call.output.note('no delivery matches');
  return EXIT.ok;
}

async function retry(call: Call, id: string, delivery: string): Promise<number> {
  const found = await call.client.webhooks.retryDelivery(id, delivery, { signal: call.interruption });
  if (call.output.isTable) tableOf(call, [found]);
  else call.output.result(found);
  return EXIT.ok;
}

function settingsOf({ args }: Call): WebhookFields {
  const [url, description, filter, format] = ['url', 'description', 'filter', 'payload'].map((name) => args.text(name));
  const [types, headers] = [args.list('type'), args.pairs('header')];
  if (args.flag('enable') && args.flag('disable')) throw new UsageError('--enable does not go with --disable');
  return {
    ...(url !== undefined && { url }),
    ...(description !== undefined && { description }),
    ...(filter !== undefined && { filter: filter === '' ? null : filter }),
    ...(format !== undefined && { format: format as (typeof PAYLOADS)[number] }),
    ...(types && { types: types as EventType[] }),
    ...(headers && { headers }),
    ...(args.flag('enable') && { enabled: true }),
    ...(args.flag('disable') && { enabled: false }),
  };
}

function showSecret(call: Call, webhook: WebhookWithSecret): number {
  if (!call.output.isTable) {
    call.output.result(webhook);
    return EXIT.ok;
  }
  call.output.line(webhook.id);
  call.output.line(webhook.secret);
  call.output.note('The secret is told only now: give it to the receiver.');
  return EXIT.ok;
}

function show({ output }: Call, webhook: Webhook): number {
  if (!output.isTable) {
    output.result(webhook);
    return EXIT.ok;
  }
  output.pairs(
    Object.entries(webhook).map(([name, value]) => [
      name,
      { text: Array.isArray(value) ? value.join(', ') : String(value ?? '') },
    ]),
  );
  return EXIT.ok;
}

function tableOf({ output }: Call, found: readonly WebhookDelivery[]): void {
  const now = new Date();
  output.table(
    [
      { title: 'DELIVERY' },
      { title: 'EVENT' },
      { title: 'AGENT', min: 12 },
      { title: 'STATE' },
      { title: 'ATTEMPTS' },
      { title: 'LAST' },
      { title: 'NEXT' },
    ],
    found.map(({ id, event_type, agent_id, state, attempts, status, error, next_attempt_at }) => [
      { text: id },
      { text: event_type },
      { text: agent_id },
      { text: state, paint: state === 'failed' ? output.colors.red : undefined },
      { text: String(attempts) },
      { text: String(status ?? error ?? '') },
      { text: next_attempt_at === null ? '' : output.time(next_attempt_at, now) },
    ]),
  );
}
