import type { paths } from './openapi.js';
import { DependencyGraph } from './dependency-graph.js';
import { followEvents } from './feed.js';
import type { FollowOptions } from './stream.js';
import type { Time } from './time.js';
import { errorOf, Transport, type Answer, type Call, type ClientOptions, type RequestOptions } from './transport.js';
import { AgentWatch } from './watch.js';
import type {
  Agent,
  AgentDefinition,
  AgentEvent,
  AgentEventPage,
  AgentFields,
  AgentHealth,
  AgentPage,
  AgentRegistration,
  AgentSummary,
  Ban,
  CheckedFilter,
  Decision,
  DecisionPage,
  DecisionQuery,
  Identity,
  RevokedTokens,
  RotatedToken,
  Deregistration,
  Discovery,
  FeedPage,
  FeedPageQuery,
  FeedQuery,
  FollowedEvent,
  DiscoveryQuery,
  Facet,
  FacetQuery,
  FleetHealth,
  HealthReport,
  HeartbeatResponse,
  HeartbeatBatchResponse,
  HeartbeatBatchItem,
  ImportResults,
  ListQuery,
  Liveness,
  MergePatch,
  Overview,
  PageQuery,
  Registration,
  SelectionQuery,
  ServiceHealth,
  SettableStatus,
  WatchPage,
  WatchPageQuery,
  WatchQuery,
} from './types.js';
import type {
  ChangeOptions,
  HeartbeatOptions,
  RegisterOptions,
  RotateOptions,
  SafetyOptions,
  Tagged,
} from './client-options.js';
import { Webhooks } from './webhooks.js';

type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';
type Content<R> = R extends { content: infer Types } ? Types[keyof Types] : never;
/** What an operation of the document answers when all is well. `never`: there is no such operation. */
type BodyOf<P extends keyof paths, M extends Method> = paths[P][M] extends { responses: infer Responses }
  ? Content<Responses[keyof Responses & (200 | 201)]>
  : never;

/**
 * The registry's API: a method for each operation. They reject with an {@link ApiError} when the service says no, with a
 * {@link ConnectionError} when it says nothing, and with the signal's reason when the caller gives up. Requests that can be
 * sent twice without harm are tried again after failures that may pass (429, 502, 503, 504, no answer), with full jitter and not
 * before the service's `Retry-After` is over.
 */
export class AgentRegistryClient {
  readonly #transport: Transport;
  /** Addresses that events are sent to. */
  readonly webhooks: Webhooks;
  /** Who depends on whom, and what breaks. */
  readonly graph: DependencyGraph;
  /**
   * What sessions of this client wait by as well.
   * @internal
   */
  readonly time: Time;

  /** @throws TypeError when `url` is not an absolute URL */
  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
    this.time = this.#transport.time;
    this.webhooks = new Webhooks(async (method, path, call) => (await this.#transport.send(method, path, call)).body);
    this.graph = new DependencyGraph(
      async (method, path, call) => (await this.#transport.send(method, path, call)).body,
    );
  }

  /**
   * Registers an agent. With an `id`, the record that is there under it is replaced. Without one the registry makes one up;
   * the request then carries an `Idempotency-Key`, so that a second try cannot make a second agent.
   */
  register(agent: AgentRegistration, options: RegisterOptions = {}): Promise<Registration> {
    const key = options.idempotencyKey ?? (agent.id === undefined ? randomKey() : undefined);
    const headers = { 'idempotency-key': key };
    return this.#call('post', '/agents/register', { headers, body: agent, isRepeatable: true, options });
  }

  /** The whole record. With `ifNoneMatch`: null when the agent is still in that state. */
  get(id: string, options: RequestOptions & { ifNoneMatch: string }): Promise<Tagged<Agent> | null>;
  get(id: string, options?: RequestOptions): Promise<Tagged<Agent>>;
  async get(id: string, options: RequestOptions & { ifNoneMatch?: string } = {}): Promise<Tagged<Agent> | null> {
    const headers = { 'if-none-match': options.ifNoneMatch };
    const expects = options.ifNoneMatch === undefined ? [] : [304];
    const answer = await this.#transport.send('get', '/agents/{id}', {
      id,
      headers,
      expects,
      isRepeatable: true,
      options,
    });
    return answer.status === 304 ? null : tagged(answer);
  }

  /** One page of the agents that match, in the order of their ids. */
  list(query: ListQuery = {}, options: RequestOptions = {}): Promise<AgentPage> {
    return this.#call('get', '/agents', { query: parametersOf(query), isRepeatable: true, options });
  }

  /** How many agents match, at most two seconds ago. */
  async count(query: SelectionQuery = {}, options: RequestOptions = {}): Promise<number> {
    const request = { query: parametersOf(query), isRepeatable: true, options };
    return (await this.#call('get', '/agents/count', request)).total;
  }

  /** How often each value of `type`, `status`, `metadata.<key>` … occurs among the agents that match. */
  async facets(query: FacetQuery, options: RequestOptions = {}): Promise<Facet[]> {
    const request = { query: parametersOf(query), isRepeatable: true, options };
    return (await this.#call('get', '/agents/facets', request)).facets;
  }

  /**
   * Checks an expression without asking anything.
   *
   * @throws BadRequestError with the place of what is wrong, `errors[0].line` and `.column`.
   */
  checkFilter(filter: string, options: RequestOptions = {}): Promise<CheckedFilter> {
    return this.#call('post', '/filters/check', { body: { filter }, isRepeatable: true, options });
  }

  /** All agents that match, page by page as they are taken; `limit` is the size of a page. */
  listAll(query: ListQuery = {}, options: RequestOptions = {}): AsyncGenerator<AgentSummary, void, undefined> {
    return pages(
      query.cursor,
      (cursor) => this.list({ ...query, cursor }, options),
      (page) => page.agents,
    );
  }

  /** One page of the agents that match; of `capabilities` they have all. */
  discover(query: DiscoveryQuery = {}, options: RequestOptions = {}): Promise<Discovery> {
    return this.#call('post', '/agents/discover', { body: query, isRepeatable: true, options });
  }

  /** All agents that match, page by page as they are taken; `limit` is the size of a page. */
  discoverAll(query: DiscoveryQuery = {}, options: RequestOptions = {}): AsyncGenerator<AgentSummary, void, undefined> {
    return pages(
      query.cursor ?? undefined,
      (cursor) => this.discover({ ...query, cursor }, options),
      (page) => page.agents,
    );
  }

  /** Changes what the patch holds: a value sets, null clears, what is absent stays (RFC 7396). */
  async update(id: string, patch: MergePatch<AgentFields>, options: ChangeOptions = {}): Promise<Tagged<Agent>> {
    const headers = { 'if-match': options.ifMatch };
    return tagged(
      await this.#transport.send('patch', '/agents/{id}', { id, headers, body: patch, isRepeatable: false, options }),
    );
  }

  /** Replaces all that the agent has registered. */
  async replace(id: string, fields: AgentFields, options: ChangeOptions = {}): Promise<Tagged<Agent>> {
    const headers = { 'if-match': options.ifMatch };
    // After the first time the state is another one: the second would be refused though all is well.
    const isRepeatable = options.ifMatch === undefined;
    return tagged(
      await this.#transport.send('put', '/agents/{id}', { id, headers, body: fields, isRepeatable, options }),
    );
  }

  /**
   * The operator's switch: `maintenance` or `quarantined`, and back to `active`. The scopes `operate` and `admin` may; the agent itself may
   * set its own maintenance.
   */
  async setStatus(
    id: string,
    status: SettableStatus,
    options: ChangeOptions & SafetyOptions & { reason?: string } = {},
  ): Promise<Tagged<Agent>> {
    const headers = { 'if-match': options.ifMatch };
    const query = { if_safe: options.ifSafe };
    const body = { status, reason: options.reason };
    const call = { id, headers, query, body, isRepeatable: false, options };
    return tagged(await this.#transport.send('put', '/agents/{id}/status', call));
  }

  /**
   * Deregisters the agent; from then on it is not found, with the code `agent_deregistered`, until it registers again. With `ban` (scopes
   * `operate` and `admin`) nothing registers under the id until {@link liftBan}.
   */
  deregister(id: string, options: ChangeOptions & SafetyOptions & { ban?: boolean } = {}): Promise<Deregistration> {
    const headers = { 'if-match': options.ifMatch };
    const query = { ban: options.ban, if_safe: options.ifSafe };
    const body: Deregistration = { id, status: 'deregistered' };
    return this.#call('delete', '/agents/{id}', {
      id,
      headers,
      query,
      isRepeatable: options.ifMatch === undefined,
      replayed: { code: 'agent_deregistered', body },
      options,
    });
  }

  /** Lets a banned id be registered again (scopes `operate` and `admin`). */
  liftBan(id: string, options: RequestOptions = {}): Promise<Ban> {
    const body: Ban = { id, banned: false };
    return this.#call('delete', '/bans/{id}', {
      id,
      isRepeatable: true,
      replayed: { code: 'ban_not_found', body },
      options,
    });
  }

  /** The agent is alive, and feels like this. The answer says when to beat next. */
  heartbeat(id: string, health?: HealthReport, options: HeartbeatOptions = {}): Promise<HeartbeatResponse> {
    const { ready, load, incarnation } = options;
    const said = { health, ready, load, incarnation };
    const body = Object.values(said).some((value) => value !== undefined) ? said : undefined;
    return this.#call('post', '/agents/{id}/heartbeat', { id, body, isRepeatable: true, options });
  }

  /** Up to 5,000 heartbeats at once. What is wrong with one of them is in `rejected` and does the others no harm. */
  heartbeats(beats: readonly HeartbeatBatchItem[], options: RequestOptions = {}): Promise<HeartbeatBatchResponse> {
    return this.#call('post', '/agents/heartbeats', { body: { beats }, isRepeatable: true, options });
  }

  /** How the agent feels, and whether it is there. */
  agentHealth(id: string, options: RequestOptions = {}): Promise<AgentHealth> {
    return this.#call('get', '/agents/{id}/health', { id, isRepeatable: true, options });
  }

  /** One page of what became of the agent, newest first. */
  events(id: string, query?: PageQuery, options?: RequestOptions): Promise<AgentEventPage>;
  /**
   * Follows the events of all agents that match, oldest first: those after the cursor, and then those that come, over a stream that is
   * opened again by itself where it was. Ends when the signal aborts, with its reason.
   *
   * @throws ApiError `cursor_invalid` or `cursor_expired` (410) when the log does not go on from there: list again.
   */
  events(query?: FeedQuery, options?: FollowOptions): AsyncGenerator<FollowedEvent, void, undefined>;
  events(
    idOrQuery: string | FeedQuery = {},
    second: PageQuery | FollowOptions = {},
    options: RequestOptions = {},
  ): Promise<AgentEventPage> | AsyncGenerator<FollowedEvent, void, undefined> {
    if (typeof idOrQuery !== 'string') return followEvents(this.#transport, idOrQuery, second as FollowOptions);
    const query = second as PageQuery;
    return this.#call('get', '/agents/{id}/events', { id: idOrQuery, query, isRepeatable: true, options });
  }

  /** One page of the events of all agents, oldest first. */
  listEvents(query: FeedPageQuery = {}, options: RequestOptions = {}): Promise<FeedPage> {
    return this.#call('get', '/events', { query, isRepeatable: true, options: whileWaiting(query.wait, options) });
  }

  /**
   * Watches the agents that match: a map of them that stays as the registry's, until it is closed or the signal aborts. It begins at once,
   * and connects again by itself.
   */
  watchAgents({ healthInterval, ...query }: WatchQuery = {}, options: FollowOptions = {}): AgentWatch {
    return new AgentWatch(this.#transport, { ...parametersOf(query), health_interval: healthInterval }, options);
  }

  /** What has changed among the agents that match since a cursor, for who keeps it; `after: 'now'`: nothing, and the cursor. */
  listChanges({ after, wait, ...query }: WatchPageQuery, options: RequestOptions = {}): Promise<WatchPage> {
    const request = { query: { ...parametersOf(query), after, wait }, isRepeatable: true };
    return this.#call('get', '/agents/watch', { ...request, options: whileWaiting(wait, options) });
  }

  /** All that became of the agent, newest first, page by page as it is taken; `limit` is the size of a page. */
  eventsAll(
    id: string,
    query: PageQuery = {},
    options: RequestOptions = {},
  ): AsyncGenerator<AgentEvent, void, undefined> {
    return pages(
      query.cursor,
      (cursor) => this.events(id, { ...query, cursor }, options),
      (page) => page.events,
    );
  }

  /** Imports up to 500 static definitions; `dryRun`: tells the results and writes nothing. The scope `admin` alone may. */
  import(
    agents: readonly AgentDefinition[],
    options: RequestOptions & { dryRun?: boolean } = {},
  ): Promise<ImportResults> {
    const query = { dry_run: options.dryRun };
    return this.#call('post', '/agents/import', { query, body: { agents }, isRepeatable: true, options });
  }

  /** How many agents there are, by status, type and category. */
  overview(options: RequestOptions = {}): Promise<Overview> {
    return this.#call('get', '/analytics/overview', { isRepeatable: true, options });
  }

  /** How the fleet feels, and who is silent or unwell. */
  fleetHealth(options: RequestOptions = {}): Promise<FleetHealth> {
    return this.#call('get', '/analytics/health', { isRepeatable: true, options });
  }

  /** One page of the audit trail of governance, newest first. */
  decisions(query: DecisionQuery = {}, options: RequestOptions = {}): Promise<DecisionPage> {
    return this.#call('get', '/governance/decisions', { query, isRepeatable: true, options });
  }

  /** All of the audit trail, newest first, page by page as it is taken; `limit` is the size of a page. */
  decisionsAll(query: DecisionQuery = {}, options: RequestOptions = {}): AsyncGenerator<Decision, void, undefined> {
    return pages(
      query.cursor,
      (cursor) => this.decisions({ ...query, cursor }, options),
      (page) => page.decisions,
    );
  }

  /**
   * A new own token for the agent, without a registration. Its own token may ask for it, as may its owner's; the token so far is accepted
   * for a while, for all but registrations, so that nothing is refused meanwhile.
   */
  rotateToken(id: string, options: RotateOptions = {}): Promise<RotatedToken> {
    const body = options.overlapSeconds === undefined ? undefined : { overlap_seconds: options.overlapSeconds };
    return this.#call('post', '/agents/{id}/token', { id, body, isRepeatable: options.overlapSeconds !== 0, options });
  }

  /** Whose token the client sends, what it is good for, and until when. */
  whoAmI(options: RequestOptions = {}): Promise<Identity> {
    return this.#call('get', '/whoami', { isRepeatable: true, options });
  }

  /** Revokes the own tokens of all agents that a client owns; they stay registered. The scope `admin` alone may. */
  revokeOwnerTokens(owner: string, options: RequestOptions = {}): Promise<RevokedTokens> {
    return this.#call('delete', '/owners/{name}/tokens', { id: owner, isRepeatable: true, options });
  }

  /** How the service and what it needs are. `unhealthy` is an answer too, and does not reject. Asked once. */
  health(options: RequestOptions = {}): Promise<ServiceHealth> {
    return this.#probe('/health', options);
  }

  /** Whether the service should be sent any work: not when `status` is `unhealthy`. That does not reject. Asked once. */
  ready(options: RequestOptions = {}): Promise<ServiceHealth> {
    return this.#probe('/health/ready', options);
  }

  /** Whether the process can answer. Asked once. */
  live(options: RequestOptions = {}): Promise<Liveness> {
    return this.#call('get', '/health/live', { isRepeatable: false, options });
  }

  /** What Prometheus reads, in its text format. */
  metrics(options: RequestOptions = {}): Promise<string> {
    return this.#call('get', '/metrics', { isRepeatable: true, options });
  }

  async #probe(path: '/health' | '/health/ready', options: RequestOptions): Promise<ServiceHealth> {
    const answer = await this.#transport.send('get', path, { expects: [503], isRepeatable: false, options });
    // 503 by somebody else, or before the service can tell, is something else.
    if (!isServiceHealth(answer.body)) throw errorOf(answer, options.requestId);
    return answer.body;
  }

  /** The body of the answer, which has the type that the document gives it. */
  async #call<P extends keyof paths, M extends Method>(method: M, path: P, call: Call): Promise<BodyOf<P, M>> {
    return (await this.#transport.send(method, path, call)).body as BodyOf<P, M>;
  }
}

async function* pages<Page extends { next_cursor: string | null }, Item>(
  first: string | undefined,
  read: (cursor: string | undefined) => Promise<Page>,
  itemsOf: (page: Page) => Item[],
): AsyncGenerator<Item, void, undefined> {
  for (let cursor: string | null | undefined = first; cursor !== null;) {
    const page = await read(cursor);
    yield* itemsOf(page);
    cursor = page.next_cursor;
  }
}

function tagged({ headers, body }: Answer): Tagged<Agent> {
  return { ...(body as Agent), etag: headers.get('etag') ?? '' };
}

function isServiceHealth(body: unknown): body is ServiceHealth {
  return typeof body === 'object' && body !== null && 'details' in body;
}

/** An `Idempotency-Key` that nobody else will think of. */
export function randomKey(): string {
  // Not randomUUID, which pages have only in secure contexts.
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(16).padStart(8, '0')).join('');
}

/** A request that waits is given the time for it. */
function whileWaiting(wait: number | undefined, options: RequestOptions): RequestOptions {
  return wait === undefined ? options : { ...options, timeoutMs: options.timeoutMs ?? (wait + 10) * 1_000 };
}

/** Filters by metadata are parameters of their own. */
function parametersOf({ metadata = {}, ...rest }: SelectionQuery): Record<string, unknown> {
  const keys = Object.entries(metadata).map(([key, value]) => [`metadata.${key}`, value] as const);
  return { ...rest, ...Object.fromEntries(keys) };
}
