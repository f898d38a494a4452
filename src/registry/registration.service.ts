import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { Database } from '../database/database';
import { AgentEvents } from '../events/agent-events';
import { GovernanceService } from '../governance/governance.service';
import { newAgentId } from './agent-id';
import { fieldsFrom } from './agent-fields.mapping';
import { idempotencyKeyReused } from './agent.errors';
import { AgentRepository, type Registered } from './agent.repository';
import { Cadence } from './cadence';
import type { RegisterAgentDto } from './dto/agent-requests.dto';
import type { RegistrationDto } from './dto/agent-responses.dto';
import { contextOf } from './governed-context';
import { IdempotencyRepository, type RememberedAnswer } from './idempotency.repository';

export interface Registration {
  /** false: the id was registered already and its record has been replaced. */
  created: boolean;
  answer: RegistrationDto;
}

/** Enrols agents. When a call returns, the registration is in the database. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly agents: AgentRepository,
    private readonly idempotency: IdempotencyRepository,
    private readonly database: Database,
    private readonly events: AgentEvents,
    private readonly governance: GovernanceService,
    private readonly cadence: Cadence,
    private readonly clock: Clock,
  ) {}

  /**
   * Registers an agent from a valid body. With an idempotency key, a repeat of the same body gives the first answer again.
   * @throws DomainError `idempotency_key_reused` when the key came with another body; what governance throws
   */
  async register(body: RegisterAgentDto, idempotencyKey?: string): Promise<Registration> {
    const id = body.id ?? newAgentId(this.clock.now());
    const fields = fieldsFrom(body);
    if (idempotencyKey === undefined) {
      await this.governance.authorize('register_agent', contextOf(id, fields));
      return this.announce(await this.agents.register(this.database, id, fields));
    }
    const requestHash = hashOf(body);
    // A repeat changes nothing and is not judged again. Two at once may both be judged; the key lets one of them write.
    const earlier = await this.idempotency.find(this.database, idempotencyKey);
    if (earlier) return replay(earlier, requestHash);
    await this.governance.authorize('register_agent', contextOf(id, fields));
    const outcome = await this.database.transaction(
      async (transaction) => {
        const remembered = await this.idempotency.claim(transaction, idempotencyKey, requestHash);
        if (remembered) return replay(remembered, requestHash);
        const registered = await this.agents.register(transaction, id, fields);
        await this.idempotency.remember(transaction, idempotencyKey, this.registrationOf(registered));
        return registered;
      },
      { retry: true },
    );
    return 'agent' in outcome ? this.announce(outcome) : outcome;
  }

  /** Only after the commit. */
  private announce(registered: Registered): Registration {
    this.events.publish('registered', registered.agent, registered.previousStatus);
    return this.registrationOf(registered);
  }

  private registrationOf({ agent, previousStatus }: Registered): Registration {
    const { id, name, status, registeredAt, heartbeat } = agent;
    const timeout = this.cadence.timeoutSeconds(heartbeat.interval_seconds);
    return {
      created: previousStatus === null || previousStatus === 'deregistered',
      answer: {
        id,
        name,
        status,
        registered_at: registeredAt.toISOString(),
        heartbeat: { interval_seconds: heartbeat.interval_seconds, timeout_seconds: timeout },
      },
    };
  }
}

function replay({ requestHash, answer }: RememberedAnswer, expectedHash: string): Registration {
  if (requestHash !== expectedHash) throw idempotencyKeyReused();
  return answer as Registration;
}

/** The same for bodies that differ only in the order of their properties. */
function hashOf(body: unknown): string {
  return createHash('sha256').update(canonical(body)).digest('hex');
}

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join()}}`;
}
