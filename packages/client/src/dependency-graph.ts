import type { paths } from './openapi.js';
import type { Call, RequestOptions } from './transport.js';
import type { Graph, Impact } from './types.js';

/** Sends one request, as the client does. */
type Send = (method: 'get' | 'post', path: keyof paths, call: Call) => Promise<unknown>;

/** Which part of the fleet: agents for which an expression is true, and at most so many (5,000 unless given). */
export interface FleetQuery {
  filter?: string;
  limit?: number;
}

/** Who depends on whom, and what breaks. */
export class DependencyGraph {
  readonly #send: Send;

  /** @internal */
  constructor(send: Send) {
    this.#send = send;
  }

  /** What an agent depends on, up to `depth` steps away (1 unless given, at most 16), and what of it no agent meets. */
  async dependencies(id: string, { depth, ...options }: RequestOptions & { depth?: number } = {}): Promise<Graph> {
    const call = { id, query: { depth }, isRepeatable: true, options };
    return (await this.#send('get', '/agents/{id}/dependencies', call)) as Graph;
  }

  /** What depends on an agent, likewise. */
  async dependents(id: string, { depth, ...options }: RequestOptions & { depth?: number } = {}): Promise<Graph> {
    const call = { id, query: { depth }, isRepeatable: true, options };
    return (await this.#send('get', '/agents/{id}/dependents', call)) as Graph;
  }

  /** What breaks when an agent stops. */
  async impact(id: string, options: RequestOptions = {}): Promise<Impact> {
    return (await this.#send('get', '/agents/{id}/impact', { id, isRepeatable: true, options })) as Impact;
  }

  /** What breaks when all agents stop for which an expression is true. */
  async impactOf(filter: string, options: RequestOptions = {}): Promise<Impact> {
    return (await this.#send('post', '/graph/impact', { body: { filter }, isRepeatable: true, options })) as Impact;
  }

  /** The agents that depend on others or that others depend on, and how. */
  async fleet({ filter, limit }: FleetQuery = {}, options: RequestOptions = {}): Promise<Graph> {
    return (await this.#send('get', '/graph', { query: { filter, limit }, isRepeatable: true, options })) as Graph;
  }

  /** The same as a drawing: for Graphviz, or as a flowchart for Mermaid. */
  async drawing(
    format: 'dot' | 'mermaid',
    { filter, limit }: FleetQuery = {},
    options: RequestOptions = {},
  ): Promise<string> {
    const call = { query: { filter, limit, format }, isRepeatable: true, options };
    return (await this.#send('get', '/graph', call)) as string;
  }
}
