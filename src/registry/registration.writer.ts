import { Injectable } from '@nestjs/common';
import { AgentCredentials } from '../access/agent-credentials';
import type { Principal } from '../access/principal';
import { Batched } from '../common/batched';
import { isAboutData } from '../database/database-errors';
import { Database, type Querier } from '../database/database';
import type { AgentFields } from './agent-fields.mapping';
import { AgentRepository, type Enrolment, type Registered } from './agent.repository';
import { IdempotencyRepository, type RememberedAnswer } from './idempotency.repository';

/** What is to be written under an idempotency key, besides the registration. */
export interface Remembering {
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

/** Writes a registration and all that goes with it: the agent, its credentials, the answer for repeats. All of it or nothing. */
@Injectable()
export class RegistrationWriter {
  /** Registrations that arrive at the same time share a statement, and so a commit. */
  private readonly enrolments = new Batched((enrolments: Enrolment[]) =>
    this.agents.registerEach(this.database, enrolments),
  );

  constructor(
    private readonly agents: AgentRepository,
    private readonly credentials: AgentCredentials,
    private readonly idempotency: IdempotencyRepository,
    private readonly database: Database,
  ) {}

  /** What a request under this key was answered before, if there was one. */
  earlier(key: string): Promise<RememberedAnswer | undefined> {
    return this.idempotency.find(this.database, key);
  }

  /**
   * Writes the registration, unless the key turns out to be taken: then what was answered under it.
   * @throws DomainError `insufficient_scope` when the id is somebody else's
   */
  async write(
    id: string,
    fields: AgentFields,
    principal: Principal,
    remembering?: Remembering,
  ): Promise<WrittenRegistration | RememberedAnswer> {
    const enrolment = { id, fields };
    // Nothing goes with it then, and the statement is a transaction by itself.
    if (!remembering && principal.kind === 'unrestricted') return this.together(enrolment);
    const write = async (transaction: Querier): Promise<WrittenRegistration | RememberedAnswer> => {
      const earlier =
        remembering && (await this.idempotency.claim(transaction, remembering.key, remembering.requestHash));
      if (earlier) return earlier;
      const registered = await this.agents.register(transaction, enrolment);
      const token = await this.credentials.issue(transaction, id, principal);
      if (remembering) await this.idempotency.remember(transaction, remembering.key, remembering.answerOf(registered));
      return { ...registered, token };
    };
    return this.database.transaction(write, { retry: true });
  }

  private async together(enrolment: Enrolment): Promise<Registered> {
    try {
      return (await this.enrolments.add(enrolment)).get(enrolment)!;
    } catch (error) {
      if (!isAboutData(error)) throw error;
      return this.agents.register(this.database, enrolment); // whose data it is, shows when each is written by itself
    }
  }
}
