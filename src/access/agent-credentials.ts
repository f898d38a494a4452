import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { BatchedLookup } from '../common/batched-lookup';
import { Clock } from '../common/clock';
import { DomainError } from '../common/domain-error';
import type { Querier } from '../database/database';
import { AgentChanged } from '../events/agent-changed.event';
import { AgentsTouched } from '../events/agents-touched.event';
import { insufficientScope } from './access.errors';
import { AgentCredentialsRepository, type AgentCredential, type CredentialIssue } from './agent-credentials.repository';
import { digestOf, newAgentToken } from './bearer-token';
import type { Principal } from './principal';
import { TokenLookups } from './token-lookups';

/** How old what we remember may be. A token that another replica has replaced is heard of within a second or two (AgentsTouched). */
const FRESH_MS = 30_000;
/** A database that has not answered by then counts as away for those whom we remember. */
const PATIENCE_MS = 250;
/** It is then asked again after this time. */
const AWAY_MS = 1000;
const CAPACITY = 1_000_000;

interface Entry {
  credential: AgentCredential;
  /** When the database was asked, milliseconds of the monotonic clock. */
  at: number;
}

/**
 * The tokens and owners of agents. Remembers what it has seen, so that not every heartbeat is a look into the database. What is
 * remembered only ever grants: before a caller is refused the database has been asked. While the database is away, what is
 * remembered goes on counting, however old.
 */
@Injectable()
export class AgentCredentials {
  /** By agent, the oldest first. Only agents that have an owner. */
  private readonly entries = new Map<string, Entry>();
  /** Agents by the digests of their tokens. */
  private readonly agentsByDigest = new Map<string, string>();
  private readonly byAgent = new BatchedLookup((ids) => this.load(() => this.credentials.ofAgents(ids)));
  private readonly byDigest = new BatchedLookup((digests) => this.load(() => this.credentials.ofTokens(digests)));
  private readonly unknown: TokenLookups<AgentCredential>;
  private readonly watchers = new Set<Set<string>>();
  private awayUntil = -Infinity;

  constructor(
    private readonly credentials: AgentCredentialsRepository,
    private readonly clock: Clock,
  ) {
    this.unknown = new TokenLookups(clock, (digests) => this.load(() => this.credentials.ofTokens(digests)));
  }

  /**
   * The agent whose token this is; undefined when it is nobody's (any more), says the database.
   *
   * Tokens are found by their digests. How long that takes may tell something about digests that begin alike, but nobody can
   * choose what the digest of a guess begins with, or get from a digest to its token: it tells nothing about any token.
   * `isSuspect` is asked when nothing is remembered of the token, see {@link TokenLookups}.
   * @throws DomainError `store_unavailable`, `overloaded`
   */
  ofToken(token: string, isSuspect: () => boolean): AgentCredential | undefined | Promise<AgentCredential | undefined> {
    const digest = digestOf(token).toString('base64');
    const entry = this.entries.get(this.agentsByDigest.get(digest) ?? '');
    return entry ? this.current(entry, this.byDigest, digest) : this.unknown.find(digest, isSuspect());
  }

  /**
   * The credentials of an agent; undefined when there is no such agent, says the database.
   * @throws DomainError `store_unavailable`
   */
  ofAgent(id: string): AgentCredential | undefined | Promise<AgentCredential | undefined> {
    const entry = this.entries.get(id);
    return entry ? this.current(entry, this.byAgent, id) : this.byAgent.find(id);
  }

  /** The same, and the database is asked in any case. */
  ofAgentNow(id: string): Promise<AgentCredential | undefined> {
    return this.byAgent.find(id);
  }

  /**
   * Gives agents that are being registered in this transaction, each for its principal, tokens in place of their former ones.
   * By their ids; they are kept nowhere. Empty when access control is off.
   * @throws DomainError `insufficient_scope` when one of them is somebody else's; the transaction must not be committed then
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
      const isAdmin = principal.kind === 'client' && principal.scopes.includes('admin');
      issues.push({ agentId: id, owner, digest: digestOf(token), isAdmin });
      tokens.set(id, token);
    }
    if (issues.length === 0) return tokens;
    const issued = await this.credentials.issue(transaction, issues);
    if (issued < issues.length) throw insufficientScope('This agent belongs to another client');
    return tokens;
  }

  @OnEvent(AgentChanged.topic)
  onChange({ agent }: AgentChanged): void {
    this.drop(agent.id);
    for (const changed of this.watchers) changed.add(agent.id);
  }

  /** Not dropped: while the database cannot say what has changed, what is remembered is all there is. */
  @OnEvent(AgentsTouched.topic)
  onTouched({ ids }: AgentsTouched): void {
    for (const id of ids) {
      const entry = this.entries.get(id);
      if (entry) entry.at = -Infinity;
      for (const changed of this.watchers) changed.add(id);
    }
  }

  private current(
    entry: Entry,
    lookup: BatchedLookup<AgentCredential>,
    key: string,
  ): AgentCredential | Promise<AgentCredential | undefined> {
    const now = this.clock.monotonicMs();
    if (now - entry.at <= FRESH_MS || now < this.awayUntil) return entry.credential;
    return this.unlessAway(lookup.find(key), entry.credential);
  }

  /** What the database says, or what is remembered when it does not say anything. Without async: it runs for most heartbeats. */
  private unlessAway(
    asked: Promise<AgentCredential | undefined>,
    remembered: AgentCredential,
  ): Promise<AgentCredential | undefined> {
    return new Promise((resolve, reject) => {
      const goOn = (): void => {
        this.awayUntil = this.clock.monotonicMs() + AWAY_MS;
        resolve(remembered);
      };
      const patience = this.clock.setDeadline(PATIENCE_MS, goOn);
      const answered = (answer: AgentCredential | undefined): void => {
        patience.cancel();
        resolve(answer);
      };
      asked.then(answered, (error: Error) => {
        patience.cancel();
        if (error instanceof DomainError && error.kind === 'unavailable') goOn();
        else reject(error);
      });
    });
  }

  private async load(ask: () => Promise<Map<string, AgentCredential>>): Promise<Map<string, AgentCredential>> {
    const at = this.clock.monotonicMs();
    const changed = new Set<string>();
    this.watchers.add(changed);
    try {
      const found = await ask();
      this.awayUntil = -Infinity;
      for (const credential of found.values()) if (!changed.has(credential.agentId)) this.remember({ credential, at });
      return found;
    } finally {
      this.watchers.delete(changed);
    }
  }

  /** Whoever is in use is loaded anew all the time, so the oldest entry is one that is not. */
  private remember(entry: Entry): void {
    const { agentId, owner, digest } = entry.credential;
    this.drop(agentId);
    if (owner === null || digest === null) return;
    this.entries.set(agentId, entry);
    this.agentsByDigest.set(digest, agentId);
    if (this.entries.size > CAPACITY) this.drop(this.entries.keys().next().value!);
  }

  private drop(id: string): void {
    const digest = this.entries.get(id)?.credential.digest;
    if (digest) this.agentsByDigest.delete(digest);
    this.entries.delete(id);
  }
}
