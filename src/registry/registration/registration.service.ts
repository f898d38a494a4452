import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { outsideScope } from '../../platform/access/access.errors';
import { AccessControl } from '../../platform/access/access-control';
import { actorOf } from '../../platform/access/actor';
import type { Principal } from '../../platform/access/principal';
import { Clock } from '../../platform/common/clock';
import { askedBy } from '../../events/provenance';
import { AgentEvents } from '../../events/agent-events';
import { GovernanceService } from '../../governance/governance.service';
import { newAgentId } from '../../agent/agent-id';
import { fieldsFrom } from '../agent-fields.mapping';
import { idempotencyKeyReused } from '../../agent/agent.errors';
import type { AgentFields } from '../agent-fields.mapping';
import { AgentRepository, type Registered } from '../agent.repository';
import type { AgentFilter } from '../search/filter-expression';
import { isWithin, whereOf } from '../search/expression-scope';
import { IntervalScaling } from '../../liveness/interval-scaling';
import type { RegisterAgentDto } from '../dto/agent-requests.dto';
import type { RegistrationDto } from '../dto/agent-responses.dto';
import { contextOf } from '../governed-context';
import type { RememberedResponse } from './idempotency.repository';
import { IdentityConflicts } from './identity-conflicts';
import { RegistrationWriter, type IdempotentResponse } from './registration.writer';

export interface Registration {
  /** false: the id was registered already and its record has been replaced. */
  created: boolean;
  answer: RegistrationDto;
}

/** Registers agents. When a call returns, the registration is in the database. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly access: AccessControl,
    private readonly agents: AgentRepository,
    private readonly writer: RegistrationWriter,
    private readonly events: AgentEvents,
    private readonly governance: GovernanceService,
    private readonly identities: IdentityConflicts,
    private readonly intervals: IntervalScaling,
    private readonly clock: Clock,
  ) {}

  /**
   * Registers an agent from a valid body, for its owner. With an idempotency key, a repeat of the same body by the same caller
   * gives the first answer again, without the agent's token: that is returned once and stored nowhere.
   * @throws DomainError `idempotency_key_reused` when the key came with another body; `insufficient_scope` when the id is
   * another client's; `outside_scope` when the caller's token is for other agents; what governance throws
   */
  async register(body: RegisterAgentDto, principal: Principal, idempotencyKey?: string): Promise<Registration> {
    const id = body.id ?? newAgentId(this.clock.now());
    const fields = fieldsFrom(body);
    const idempotent = idempotencyKey === undefined ? undefined : this.idempotent(idempotencyKey, body, principal);
    // A repeat changes nothing and is not judged again. Two at once may both be judged; the key lets one of them write.
    const earlier = idempotent && (await this.writer.earlier(idempotent.key));
    if (earlier) return replay(earlier, idempotent.requestHash);
    await this.access.requireClaim(principal, body.id);
    const where = whereOf(principal);
    if (where) await this.requireWithin(where, principal, id, fields);
    const provenance = askedBy(actorOf(principal), 'registration');
    await this.governance.authorize('register_agent', contextOf(id, fields), provenance);
    const outcome = await this.writer.write(
      { id, incarnation: body.incarnation, fields, provenance, principal },
      idempotent,
    );
    if (!('agent' in outcome)) return replay(outcome, idempotent!.requestHash);
    this.identities.registered(id, fields, outcome.previousStatus);
    this.events.publishAll([outcome.change]);
    const { created, answer } = this.registrationOf(outcome, ownerOf(principal));
    return { created, answer: outcome.token === undefined ? answer : { ...answer, token: outcome.token } };
  }

  /** A narrowed token registers agents that it is for, and takes no other one's place. */
  private async requireWithin(
    where: AgentFilter,
    principal: Principal,
    id: string,
    fields: AgentFields,
  ): Promise<void> {
    const known = await this.agents.find(id);
    const registeredAt = known?.registeredAt ?? this.clock.now();
    const owner = known?.owner ?? ownerOf(principal);
    const registered = { ...BLANK, ...fields, id, owner, registeredAt };
    const states = known && known.deregisteredAt === null ? [known, registered] : [registered];
    if (!states.every((agent) => isWithin(where, agent))) throw outsideScope();
  }

  private idempotent(key: string, body: RegisterAgentDto, principal: Principal): IdempotentResponse {
    return {
      key: ownKey(key, principal),
      requestHash: hashOf(body, principal),
      answerOf: (registered) => this.registrationOf(registered, ownerOf(principal)),
    };
  }

  private registrationOf({ agent, previousStatus }: Registered, owner: string | null): Registration {
    const { id, name, status, registeredAt, heartbeat, incarnation } = agent;
    const timeout = this.intervals.timeoutSeconds(heartbeat.interval_seconds, owner);
    return {
      created: previousStatus === null || previousStatus === 'deregistered',
      answer: {
        id,
        name,
        status,
        registered_at: registeredAt.toISOString(),
        heartbeat: { interval_seconds: heartbeat.interval_seconds, timeout_seconds: timeout },
        incarnation,
      },
    };
  }
}

/** What a registration leaves to the registry. */
const BLANK = {
  status: 'active' as const,
  lastSeen: null,
  health: null,
  ready: null,
  load: null,
  generation: 1,
  maintenanceBy: null,
  deregisteredAt: null,
  bannedAt: null,
  incarnation: null,
};

function replay({ requestHash, answer }: RememberedResponse, expectedHash: string): Registration {
  if (requestHash !== expectedHash) throw idempotencyKeyReused();
  return answer as Registration;
}

/** The owner of an agent that this caller has registered; an administrator may have registered it for another client. */
function ownerOf(principal: Principal): string | null {
  if (principal.kind === 'client') return principal.name;
  return principal.kind === 'agent' ? principal.owner : null;
}

/** A key belongs to the principal that used it: two clients may use the same one. Without access control there is one client. */
function ownKey(key: string, principal: Principal): string {
  if (principal.kind === 'unrestricted') return key;
  return createHash('sha256')
    .update(JSON.stringify([callerOf(principal), key]))
    .digest('hex');
}

/** The same for bodies that differ only in the order of their properties, and only for the same caller. */
function hashOf(body: unknown, principal: Principal): string {
  const subject = principal.kind === 'unrestricted' ? body : [callerOf(principal), body];
  return createHash('sha256').update(canonical(subject)).digest('hex');
}

function callerOf(principal: Principal): string {
  const name = principal.kind === 'client' ? principal.name : principal.kind === 'agent' ? principal.id : '';
  return `${principal.kind} ${name}`;
}

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join()}}`;
}
