import { Injectable } from '@nestjs/common';
import { outsideScope } from '../platform/access/access.errors';
import { rejectIfAny, validationError, type FieldError } from '../platform/validation/domain-error';
import { mergePatch } from '../platform/validation/merge-patch';
import { isJsonObject, unknownFields, violationsOf } from '../platform/validation/validate';
import type { Actor, Provenance } from '../events/agent-event';
import { askedBy } from '../events/provenance';
import { AgentEvents } from '../events/agent-events';
import { GovernanceService } from '../governance/governance.service';
import type { AgentEntity } from './agent.entity';
import {
  agentQuarantined,
  banNotFound,
  concurrentUpdate,
  illegalTransition,
  maintenanceIsOperators,
  operatorsOnly,
  preconditionFailed,
} from '../agent/agent.errors';
import { changesOf, fieldsFrom, fieldsOf, type AgentFields } from './agent-fields.mapping';
import type { AgentFilter } from './search/filter-expression';
import { isWithin } from './search/expression-scope';
import { AgentReader } from './agent.reader';
import { AgentRepository, type AgentChange } from './agent.repository';
import { mayEndMaintenance, transition, type AgentStatus, type LifecycleEvent } from '../agent/agent-status';
import { AgentFieldsDto, HeartbeatSettingsDto, type SetStatusDto } from './dto/agent-requests.dto';
import { contextOfStatus, contextOfUpdate } from './governed-context';
import { entityTag, ifMatchHolds } from '../agent/entity-tag';

/** Each attempt that fails means that another one's change went through, so this many writers at once still all succeed. */
const UPDATE_ATTEMPTS = 64;

/** Of a request that changes an agent: its caller, and the state that the agent must be in. */
export interface ChangeOptions {
  actor: Actor;
  /** Operators change what is quarantined, and ban. */
  isOperator: boolean;
  ifMatch?: string;
  /** The expression that must hold for the agent before the change and after it; undefined: any agent may be changed. */
  where?: AgentFilter;
}

export interface DeregisterOptions extends ChangeOptions {
  /** Nothing may register under the id from then on. */
  ban?: boolean;
}

/** Changes agents that are registered. Every method that takes an id throws `agent_not_found` or `agent_deregistered`. */
@Injectable()
export class AgentService {
  constructor(
    private readonly reader: AgentReader,
    private readonly agents: AgentRepository,
    private readonly events: AgentEvents,
    private readonly governance: GovernanceService,
  ) {}

  /**
   * Replaces all registration fields by those of a valid body.
   * @throws DomainError `precondition_failed` when `ifMatch` does not name the current state
   */
  async replace(id: string, body: AgentFieldsDto, options: ChangeOptions): Promise<AgentEntity> {
    const provenance = askedBy(options.actor);
    return this.change(id, options, (agent) => fieldsChange(unquarantined(agent), fieldsFrom(body), provenance));
  }

  /**
   * Applies a merge patch (RFC 7396) to the registration fields.
   * @throws DomainError `validation_failed` when the patch, or what it makes of the agent, is not valid; `precondition_failed`
   */
  async merge(id: string, patch: unknown, options: ChangeOptions): Promise<AgentEntity> {
    if (!isJsonObject(patch)) throw validationError([{ field: 'body', message: 'must be a JSON object' }]);
    const provenance = askedBy(options.actor);
    return this.change(id, options, (agent) => {
      const current = fieldsOf(agent);
      const merged = mergePatch(current, patch) as AgentFieldsDto;
      // What an adopted row holds in the fields beside the patch is not the client's doing.
      const untouched = Object.keys(current).filter((name) => !Object.hasOwn(patch, name));
      const violations = violationsOf(AgentFieldsDto, merged).filter(
        ({ field }) => !untouched.includes(field.split(/[.[]/, 1)[0]!),
      );
      rejectIfAny([...unknownNulls(patch), ...violations]);
      return fieldsChange(unquarantined(agent), fieldsFrom(merged), provenance);
    });
  }

  /**
   * The switch of operators, and of the agent itself.
   * @throws DomainError `illegal_transition`, `insufficient_scope` when the agent would end an operator's maintenance, `precondition_failed`
   */
  async setStatus(id: string, { status, reason }: SetStatusDto, options: ChangeOptions): Promise<AgentEntity> {
    const { actor, isOperator } = options;
    const provenance = askedBy(actor);
    if (status === 'quarantined' && !isOperator) throw operatorsOnly();
    const by = actor.kind === 'agent' ? 'agent' : 'operator';
    return this.change(id, options, (agent) => {
      if (!isOperator) unquarantined(agent);
      const event = switched(agent.status, status);
      const next = transition(agent.status, event);
      if (!next) throw illegalTransition(agent.status, status);
      if (event === 'maintenance_ends' && !mayEndMaintenance(by, agent.maintenanceBy)) throw maintenanceIsOperators();
      return { status: next, maintenanceBy: by, event: { type: 'status_changed', provenance, reason } };
    });
  }

  /** Leaves a tombstone, which the id's next registration replaces. */
  async deregister(id: string, options: DeregisterOptions): Promise<void> {
    const { actor, isOperator, ban: isBanned = false } = options;
    if (isBanned && !isOperator) throw operatorsOnly();
    const provenance = askedBy(actor);
    const data = isBanned ? { banned: true } : {};
    await this.change(id, options, (agent) => {
      // Its owner could register it anew otherwise, and be out of quarantine.
      if (!isOperator) unquarantined(agent);
      return {
        status: transition(agent.status, 'deregister'),
        isBanned,
        event: { type: 'deregistered', provenance, data },
      };
    });
  }

  /**
   * Lets the id be registered again.
   * @throws DomainError `ban_not_found`
   */
  async liftBan(id: string, actor: Actor): Promise<void> {
    const lifted = await this.agents.liftBan(id, askedBy(actor));
    if (!lifted) throw banNotFound(id);
    this.events.publishAll([lifted]);
  }

  /** Decides on what was read and writes only if that still holds, as often as it takes. No decision: nothing to change. */
  private async change(
    id: string,
    { ifMatch, where }: ChangeOptions,
    decide: (agent: AgentEntity) => AgentChange | undefined,
  ): Promise<AgentEntity> {
    for (let attempt = 1; attempt <= UPDATE_ATTEMPTS; attempt++) {
      const agent = await this.reader.find(id);
      if (!ifMatchHolds(ifMatch, entityTag(agent))) throw preconditionFailed();
      const change = decide(agent);
      if (!change) return agent;
      if (where) requireWithin(where, agent, change);
      await this.judge(agent, change);
      const changed = await this.agents.change(agent, change);
      if (!changed) continue;
      this.events.publishAll([changed.change]);
      return changed.agent;
    }
    throw concurrentUpdate(id);
  }

  /** Before anything is written; a change that has to be decided anew is judged anew. */
  private async judge(agent: AgentEntity, { fields, status, event }: AgentChange): Promise<void> {
    const { id } = agent;
    const current = fieldsOf(agent);
    if (fields) await this.governance.authorize('update_agent', contextOfUpdate(id, current, fields), event.provenance);
    if (!status) return;
    const action = event.type === 'deregistered' ? 'deregister_agent' : 'set_agent_status';
    const context = contextOfStatus(id, current, agent.status, status, event.reason);
    await this.governance.authorize(action, context, event.provenance);
  }
}

/** @throws DomainError `quarantined` */
function unquarantined(agent: AgentEntity): AgentEntity {
  if (agent.status === 'quarantined') throw agentQuarantined(agent.id);
  return agent;
}

/**
 * Before the change and after it; a tombstone conflicts with no one.
 * @throws DomainError `outside_scope`
 */
function requireWithin(where: AgentFilter, agent: AgentEntity, { fields, status }: AgentChange): void {
  const changed = { ...agent, ...fields, ...(status !== undefined && { status }) };
  const states = status === 'deregistered' ? [agent] : [agent, changed];
  if (!states.every((state) => isWithin(where, state))) throw outsideScope();
}

/** The trigger of the lifecycle that a requested status stands for. */
function switched(from: AgentStatus, to: SetStatusDto['status']): LifecycleEvent {
  if (to === 'maintenance') return 'maintenance_begins';
  if (to === 'quarantined') return 'quarantine';
  return from === 'quarantined' ? 'release' : 'maintenance_ends';
}

/** The change from what the agent is to `fields`; nothing when they are the same. */
function fieldsChange(agent: AgentEntity, fields: AgentFields, provenance: Provenance): AgentChange | undefined {
  const data = changesOf(fieldsOf(agent), fields);
  return data && { fields, event: { type: 'updated', provenance, data } };
}

/** A name that no agent has is refused; with the value null it would not outlive the merge, so it is looked for here. */
function unknownNulls(patch: Record<string, unknown>): FieldError[] {
  const nulls = (value: unknown): Record<string, unknown> =>
    Object.fromEntries(Object.entries(isJsonObject(value) ? value : {}).filter(([, item]) => item === null));
  const heartbeat = unknownFields(HeartbeatSettingsDto, nulls(patch.heartbeat));
  return [
    ...unknownFields(AgentFieldsDto, nulls(patch)),
    ...heartbeat.map(({ field, message }) => ({ field: `heartbeat.${field}`, message })),
  ];
}
