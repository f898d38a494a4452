import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { PinoLogger } from 'nestjs-pino';
import { BatchLoader } from '../../common/batch-loader';
import { Clock } from '../../common/clock';
import { InvalidatedMap } from '../../common/invalidated-map';
import type { Querier } from '../../database/database';
import { DatabaseMonitor } from '../../database/database-monitor';
import type { Provenance } from '../../../events/agent-event';
import { AgentChanged } from '../../../events/agent-changed.event';
import { AgentsInvalidated } from '../../../events/agents-invalidated.event';
import { FOREIGN_AGENT, insufficientScope, invalidToken, REPLACED } from '../access.errors';
import { AgentCredentialsRepository, type AgentCredential, type CredentialIssue } from './agent-credentials.repository';
import { digestOf, newAgentToken } from '../bearer-token';
import type { Principal } from '../principal';
import { TokenLookups } from './token-lookups';

/** How old what is remembered may be. A token that another replica has replaced or revoked is heard of sooner, by AgentsInvalidated. */
const FRESH_MS = 30_000;
const CAPACITY = 1_000_000;

interface Entry {
  credential: AgentCredential;
  /** When the database was asked, milliseconds of the monotonic clock. */
  at: number;
}

/** How the answer may be found. */
export interface LookupOptions {
  /** While the database is away, an entry counts that is older than it may be otherwise. For heartbeats. */
  allowStale?: boolean;
}

/**
 * The tokens and owners of agents, cached so that not every heartbeat is a query. The cache only ever grants: before a caller is
 * refused, the database has been asked. An entry that the database denies is evicted, and one that an invalidation has touched grants
 * nothing until the database has confirmed it. A database that is slow is waited for; only while it is away, and for heartbeats, entries
 * count for longer than {@link FRESH_MS}.
 */
@Injectable()
export class AgentCredentials {
  /** By agent. Only agents that have an owner and a token that has not expired. A stale one grants nothing: only the database may. */
  private readonly entries = new InvalidatedMap<Entry>(CAPACITY, ({ credential }) =>
    this.agentsByDigest.delete(credential.digest!),
  );
  /** Agents by the digests of their tokens. */
  private readonly agentsByDigest = new Map<string, string>();
  private readonly byAgent = new BatchLoader((ids) =>
    this.load(
      ids,
      (id) => id,
      () => this.credentials.ofAgents(ids),
    ),
  );
  private readonly byDigest = new BatchLoader((digests) => this.loadByDigest(digests));
  private readonly unknown: TokenLookups<AgentCredential>;

  constructor(
    private readonly credentials: AgentCredentialsRepository,
    private readonly database: DatabaseMonitor,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(AgentCredentials.name);
    this.unknown = new TokenLookups(clock, (digests) => this.loadByDigest(digests));
  }

  /**
   * The agent whose valid token this is; undefined when the database has no such token (any more), or it has expired. `isSuspect` is
   * asked when the token is not cached, see {@link TokenLookups}.
   *
   * Tokens are found by their digests. Lookup time may leak digest prefixes. That is harmless: attackers cannot choose the digest of a
   * guess, nor invert a digest.
   * @throws DomainError `store_unavailable`, `overloaded`
   */
  ofToken(
    token: string,
    isSuspect: () => boolean,
    options: LookupOptions = {},
  ): AgentCredential | undefined | Promise<AgentCredential | undefined> {
    const digest = digestOf(token).toString('base64');
    const entry = this.entries.get(this.agentsByDigest.get(digest) ?? '');
    return entry ? this.current(entry, this.byDigest, digest, options) : this.unknown.find(digest, isSuspect());
  }

  /**
   * The credentials of an agent; undefined when the database has no such agent.
   * @throws DomainError `store_unavailable`
   */
  ofAgent(id: string, options: LookupOptions = {}): AgentCredential | undefined | Promise<AgentCredential | undefined> {
    const entry = this.entries.get(id);
    return entry ? this.current(entry, this.byAgent, id, options) : this.byAgent.find(id);
  }

  /** The same, and the database is asked in any case. */
  ofAgentNow(id: string): Promise<AgentCredential | undefined> {
    return this.byAgent.find(id);
  }

  /**
   * When a token ends unless it is used, by its digest in base64: the database is asked. Undefined when it has ended.
   * @throws DomainError `store_unavailable`
   */
  expiryOf(digest: string): Promise<Date | undefined> {
    return this.credentials.expiryOf(digest);
  }

  /**
   * Gives agents that are being registered in this transaction, each for its principal, tokens in place of their former ones.
   * By their ids; they are kept nowhere. Empty when access control is off.
   * @throws DomainError `insufficient_scope` when one of them is somebody else's, `unauthorized` when an agent's own token was
   * replaced after it was accepted; the transaction must not be committed then
   */
  async issue(
    transaction: Querier,
    claims: readonly { id: string; principal: Principal }[],
  ): Promise<Map<string, string>> {
    const issues: CredentialIssue[] = [];
    const tokens = new Map<string, string>();
    for (const { id, principal } of claims) {
      if (principal.kind === 'unrestricted') continue;
      if (principal.kind === 'anonymous') throw insufficientScope('Registering takes a token');
      const token = newAgentToken();
      const owner = principal.kind === 'agent' ? principal.owner : principal.name;
      const presented = principal.kind === 'agent' ? principal.digest : undefined;
      const isAdmin = principal.kind === 'client' && principal.scopes.includes('admin');
      issues.push({ agentId: id, owner, digest: digestOf(token), presented, isAdmin });
      tokens.set(id, token);
    }
    if (issues.length === 0) return tokens;
    const issued = await this.credentials.issue(transaction, issues);
    if (issued === issues.length) return tokens;
    throw issues.every(({ presented }) => presented) ? invalidToken(REPLACED) : insufficientScope(FOREIGN_AGENT);
  }

  /**
   * Replaces the tokens of all agents of an owner by ones that nobody has, with an event for each agent, and returns how many. Other
   * replicas refuse the tokens within seconds, because they follow the events.
   */
  async revokeOwned(owner: string, provenance: Provenance): Promise<number> {
    let revoked = 0;
    for (
      let after = '', ids: string[];
      (ids = await this.credentials.revokeSome(owner, after, provenance)).length > 0;
    ) {
      this.onInvalidated({ ids });
      revoked += ids.length;
      after = ids.at(-1)!;
    }
    this.logger.info({ owner, revoked, actor: provenance.actor }, 'The tokens of all agents of an owner are revoked');
    return revoked;
  }

  @OnEvent(AgentChanged.topic)
  onChange({ agent }: AgentChanged): void {
    this.entries.change(agent.id);
  }

  /** The entry stays as a reminder to ask: the database says what has become of the agent. */
  @OnEvent(AgentsInvalidated.topic)
  onInvalidated({ ids }: AgentsInvalidated): void {
    this.entries.invalidate(ids);
  }

  private current(
    entry: Entry,
    lookup: BatchLoader<AgentCredential>,
    key: string,
    { allowStale = false }: LookupOptions,
  ): AgentCredential | undefined | Promise<AgentCredential | undefined> {
    if (this.entries.isStale(entry.credential.agentId)) return lookup.find(key);
    const age = this.clock.monotonicMs() - entry.at;
    if (age <= Math.min(FRESH_MS, entry.credential.validForMs)) return entry.credential;
    if (!allowStale || age > entry.credential.validForMs) return lookup.find(key);
    return this.database.isUp() ? this.unlessAway(lookup.find(key), entry) : entry.credential;
  }

  /** What the database says; or the entry when the database has gone away meanwhile and the entry is still there and not stale. */
  private async unlessAway(
    asked: Promise<AgentCredential | undefined>,
    entry: Entry,
  ): Promise<AgentCredential | undefined> {
    try {
      return await asked;
    } catch (error) {
      const { agentId } = entry.credential;
      if (this.database.isUp() || this.entries.get(agentId) !== entry || this.entries.isStale(agentId)) throw error;
      return entry.credential;
    }
  }

  private async loadByDigest(digests: string[]): Promise<Map<string, AgentCredential>> {
    const found = await this.load(
      digests,
      (digest) => this.agentsByDigest.get(digest),
      () => this.credentials.ofTokens(digests),
    );
    const due = [...found.values()].filter(({ isRenewalDue }) => isRenewalDue).map(({ agentId }) => agentId);
    if (due.length > 0) this.renew(due);
    return found;
  }

  /** Not waited for: a token that is in use comes up for renewal many times before it ends. */
  private renew(agentIds: string[]): void {
    this.credentials
      .renew(agentIds)
      .catch((error: unknown) =>
        this.logger.debug({ err: error }, 'Tokens are not renewed now; the next use tries again'),
      );
  }

  private async load(
    keys: string[],
    agentOf: (key: string) => string | undefined,
    ask: () => Promise<Map<string, AgentCredential>>,
  ): Promise<Map<string, AgentCredential>> {
    const at = this.clock.monotonicMs();
    return this.entries.during(ask, (found, changed) => {
      for (const key of keys) {
        const credential = found.get(key);
        const agentId = credential?.agentId ?? agentOf(key);
        if (agentId === undefined) continue;
        if (!credential) this.entries.evict(agentId);
        else if (!changed.has(agentId)) this.remember({ credential, at });
      }
    });
  }

  /**
   * An agent in use is loaded anew all the time, so the oldest entry is one that is not. A token that was replaced is not cached: for the
   * rest of its time it would take the place of the present one.
   */
  private remember(entry: Entry): void {
    const { agentId, owner, digest, isFormer } = entry.credential;
    if (isFormer) return;
    this.entries.evict(agentId);
    if (owner === null || digest === null) return;
    this.entries.set(agentId, entry);
    this.agentsByDigest.set(digest, agentId);
  }
}
