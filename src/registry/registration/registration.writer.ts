import { Injectable } from '@nestjs/common';
import { AgentCredentials } from '../../platform/access/agent-tokens/agent-credentials';
import type { Principal } from '../../platform/access/principal';
import { Batcher } from '../../platform/common/batcher';
import { DomainError } from '../../platform/validation/domain-error';
import { Database, type Querier } from '../../platform/database/database';
import { AgentRepository, type NewRegistration, type Registered } from '../agent.repository';
import { IdempotencyRepository, type RememberedResponse } from './idempotency.repository';
import { OwnerQuota } from './owner-quota';

/** What is to be written under an idempotency key, besides the registration. */
export interface IdempotentResponse {
  key: string;
  requestHash: string;
  /** The answer for repeats of the request. It holds no token: what is kept could be read. */
  answerOf(registered: Registered): unknown;
}

/** What was written. */
export interface WrittenRegistration extends Registered {
  /** The agent's own token; undefined when access control is off. */
  token?: string;
}

/** A registration to write, and its caller. */
export interface RegistrationRequest extends NewRegistration {
  principal: Principal;
}

/** What became of one registration of several: an error refuses this one alone. */
type Outcome = WrittenRegistration | DomainError;

/** Bodies may be large: so many of the largest are 25 MB in one statement. */
const MOST_TOGETHER = 100;

/** Writes a registration and all that goes with it: the agent, its credentials, the answer for repeats. All of it or nothing. */
@Injectable()
export class RegistrationWriter {
  private readonly together = new Batcher((batch: RegistrationRequest[]) => this.writeTogether(batch), MOST_TOGETHER);

  constructor(
    private readonly agents: AgentRepository,
    private readonly credentials: AgentCredentials,
    private readonly idempotency: IdempotencyRepository,
    private readonly quota: OwnerQuota,
    private readonly database: Database,
  ) {}

  /** What a request under this key was answered before, if there was one. */
  earlier(key: string): Promise<RememberedResponse | undefined> {
    return this.idempotency.find(this.database, key);
  }

  /**
   * Writes the registration, unless the key turns out to be taken: then what was answered under it.
   * @throws DomainError `insufficient_scope` when the id belongs to another client; `agent_limit_reached`
   */
  async write(
    request: RegistrationRequest,
    idempotent?: IdempotentResponse,
  ): Promise<WrittenRegistration | RememberedResponse> {
    if (!idempotent) return this.writeWithOthers(request);
    const write = async (transaction: Querier): Promise<WrittenRegistration | RememberedResponse> => {
      const earlier = await this.idempotency.claim(transaction, idempotent.key, idempotent.requestHash);
      if (earlier) return earlier;
      const written = await this.writeIn(transaction, request);
      await this.idempotency.remember(transaction, idempotent.key, idempotent.answerOf(written));
      return written;
    };
    return this.database.transaction(write, { retry: true });
  }

  private async writeWithOthers(registration: RegistrationRequest): Promise<WrittenRegistration> {
    const outcome = await this.together.add(registration).then(
      (outcomes) => outcomes.get(registration),
      (error: unknown) => {
        if (error instanceof DomainError && error.kind === 'unavailable') throw error;
        return undefined; // Nothing of the batch was written. Whose fault it is, shows when each is written by itself.
      },
    );
    if (outcome instanceof DomainError) throw outcome;
    return outcome ?? this.writeAlone(registration);
  }

  private async writeAlone(registration: RegistrationRequest): Promise<WrittenRegistration> {
    // Nothing goes with it then, and the statement is a transaction by itself.
    if (registration.principal.kind === 'unrestricted') return this.writeIn(this.database, registration);
    return this.database.transaction((transaction) => this.writeIn(transaction, registration), { retry: true });
  }

  private async writeIn(transaction: Querier, registration: RegistrationRequest): Promise<WrittenRegistration> {
    const refusals = await this.quota.refusals(transaction, [registration]);
    for (const refusal of refusals.values()) throw refusal;
    const registered = await this.agents.register(transaction, registration);
    const tokens = await this.credentials.issue(transaction, [registration]);
    return { ...registered, token: tokens.get(registration.id) };
  }

  /**
   * Writes a batch. Duplicate ids in the batch and agents locked by another transaction are left out; the caller writes those one by one.
   */
  private async writeTogether(batch: RegistrationRequest[]): Promise<Map<RegistrationRequest, Outcome>> {
    const firsts = [...new Map(batch.toReversed().map((registration) => [registration.id, registration])).values()];
    const write = async (querier: Querier): Promise<Map<RegistrationRequest, Outcome>> => {
      const refusals = await this.quota.refusals(querier, firsts);
      const admitted = firsts.filter(({ id }) => !refusals.has(id));
      const registered = await this.agents.registerFree(querier, admitted);
      const written = admitted.filter(({ id }) => registered.has(id));
      const tokens = await this.credentials.issue(querier, written);
      const outcomes = new Map<RegistrationRequest, Outcome>();
      for (const each of written) outcomes.set(each, { ...registered.get(each.id)!, token: tokens.get(each.id) });
      for (const each of firsts) if (refusals.has(each.id)) outcomes.set(each, refusals.get(each.id)!);
      return outcomes;
    };
    const isOneStatement = firsts.every(({ principal }) => principal.kind === 'unrestricted');
    return isOneStatement ? write(this.database) : this.database.transaction(write, { retry: true });
  }
}
