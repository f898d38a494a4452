import { Injectable } from '@nestjs/common';
import {
  DomainError,
  inBody,
  rejectIfAny,
  validationError,
  type FieldError,
} from '../../platform/validation/domain-error';
import { mapWithConcurrency } from '../../platform/common/map-with-concurrency';
import { jsonViolations } from '../../platform/validation/json-limits';
import { isJsonObject, violationsOf } from '../../platform/validation/validate';
import { Database } from '../../platform/database/database';
import { withoutSecrets } from '../../platform/common/secrets';
import type { Actor, Provenance } from '../../events/agent-event';
import { askedBy } from '../../events/provenance';
import type { AgentChanged } from '../../events/agent-changed.event';
import { AgentEvents } from '../../events/agent-events';
import { GovernanceService } from '../../governance/governance.service';
import type { AgentEntity } from '../agent.entity';
import { concurrentUpdate } from '../../agent/agent.errors';
import { requireOpen } from '../agent.repository';
import { AgentImportRepository, type ImportWrite } from './agent-import.repository';
import { changesOf, fieldsFrom, fieldsOf, type AgentFields } from '../agent-fields.mapping';
import { transition } from '../../agent/agent-status';
import { dependenciesFrom } from '../dto/agent-dependencies.dto';
import { AgentDefinitionDto, AgentFieldsDto } from '../dto/agent-requests.dto';
import { skillsFrom } from '../dto/agent-skills.dto';
import { contextOf, contextOfUpdate } from '../governed-context';

export interface ImportResult {
  /** Position in the batch. */
  index: number;
  id: string;
  outcome: 'created' | 'updated' | 'unchanged' | 'rejected';
  code?: string;
  errors?: FieldError[];
}

/** Takes in static definitions: agents that are known without being alive. */
@Injectable()
export class AgentImportService {
  constructor(
    private readonly imports: AgentImportRepository,
    private readonly database: Database,
    private readonly events: AgentEvents,
    private readonly governance: GovernanceService,
  ) {}

  /**
   * Imports a batch in one transaction. A definition that is not valid is rejected by itself. One whose id is unknown (or
   * deregistered) becomes an `inactive` agent; of a known agent it sets the fields that it has, clears nothing and leaves the status
   * alone, so that importing again changes nothing. With `dryRun` the results are returned and nothing is written.
   */
  async import(definitions: unknown[], { dryRun, actor }: { dryRun: boolean; actor: Actor }): Promise<ImportResult[]> {
    const provenance = askedBy(actor, 'import');
    const results = validated(definitions);
    const open = results.filter(({ outcome }) => outcome === 'unchanged');
    const found = await this.imports.find(
      this.database,
      open.map(({ id }) => id),
    );
    const planned = await mapWithConcurrency(JUDGED_AT_ONCE, open, (result) => {
      const agent = found.get(result.id);
      return rejecting(result, async () => {
        const write = importWrite(agent, definitions[result.index] as AgentDefinitionDto);
        if (write && !dryRun) await this.judge(agent, write, provenance);
        return write && { result, write, generation: agent?.generation };
      });
    });
    const plans = planned.filter((plan) => plan !== undefined);
    const written = dryRun ? [] : await this.write(plans, provenance);
    for (const { result, write } of plans) {
      if (result.outcome !== 'rejected') result.outcome = write.event === 'imported' ? 'created' : 'updated';
    }
    this.events.publishAll(written);
    return results;
  }

  private judge(
    agent: AgentEntity | undefined,
    { id, fields, event }: ImportWrite,
    provenance: Provenance,
  ): Promise<void> {
    if (event === 'imported') return this.governance.authorize('register_agent', contextOf(id, fields), provenance);
    return this.governance.authorize('update_agent', contextOfUpdate(id, fieldsOf(agent!), fields), provenance);
  }

  /** Writes what was judged, if it is still about the same state; the rest is rejected and may simply be imported again. */
  private async write(plans: Plan[], provenance: Provenance): Promise<AgentChanged[]> {
    return this.database.transaction(async (transaction) => {
      const ids = plans.map(({ write }) => write.id);
      const known = await this.imports.find(transaction, ids, { lock: true });
      const holding = plans.filter(({ result, write, generation }) => {
        const holds = known.get(write.id)?.generation === generation;
        if (!holds) reject(result, concurrentUpdate(write.id));
        return holds;
      });
      const writes = holding.map(({ write }) => write);
      const written = await this.imports.write(transaction, writes, provenance);
      // What was registered between our look and our write is left to its registration.
      const done = new Set(written.map(({ agent }) => agent.id));
      for (const { result, write } of holding) if (!done.has(write.id)) reject(result, concurrentUpdate(write.id));
      return written;
    });
  }
}

/** What is to become of one definition, decided on the state that the agent had at this generation. */
interface Plan {
  result: ImportResult;
  write: ImportWrite;
  generation: number | undefined;
}

/** More would only queue: for the court, and for connections to the database that keep the audit trail. */
const JUDGED_AT_ONCE = 8;

async function rejecting<T>(result: ImportResult, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DomainError) || error.code.startsWith('store_')) throw error;
    reject(result, error);
    return undefined;
  }
}

function reject(result: ImportResult, { code, message, errors }: DomainError): void {
  const violations = errors.length > 0 ? errors : [{ field: 'id', message }];
  Object.assign(result, { outcome: 'rejected', code, errors: violations });
}

/** What an import makes of an agent that is known, of a tombstone, or of none; nothing when it is so already. */
function importWrite(agent: AgentEntity | undefined, { id, ...body }: AgentDefinitionDto): ImportWrite | undefined {
  if (agent) requireOpen(id, agent);
  const previous = agent?.status ?? null;
  const status = transition(previous ?? 'unknown', 'import');
  if (status)
    return {
      id,
      previous,
      status,
      fields: fieldsFrom(body),
      event: 'imported',
      data: { registration: withoutSecrets(fieldsFrom(body)) },
    };
  const current = fieldsOf(agent!);
  requireSameOrigin(id, current, body);
  const fields = filledInBy(current, body);
  // Each of the two is within the limits; together they need not be.
  const { endpoints, metadata } = fields;
  rejectIfAny(violationsOf(AgentFieldsDto, { name: body.name, type: body.type, endpoints, metadata }));
  const data = changesOf(current, fields);
  return data && { id, previous, status: agent!.status, fields, event: 'updated', data };
}

/**
 * Directories may name agents by what is no legal id; importers keep that as `original_id`. Two of them that get the same id are
 * two agents, and the later one is not written over the earlier.
 */
function requireSameOrigin(id: string, known: AgentFields, { name, metadata }: AgentFieldsDto): void {
  const original = metadata?.original_id;
  if (original === undefined || original === known.metadata.original_id) return;
  if (known.metadata.original_id === undefined && known.name === name) return;
  const message = `${JSON.stringify(original)} would get the id ${id}, which "${known.name}" has`;
  throw new DomainError('conflict', 'id_collision', message);
}

/** The fields of the definition, and of the agent where it has none; `metadata` and `endpoints` key by key. */
function filledInBy(current: AgentFields, body: AgentFieldsDto): AgentFields {
  return {
    name: body.name,
    type: body.type,
    category: body.category ?? current.category,
    version: body.version ?? current.version,
    capabilities: body.capabilities ?? current.capabilities,
    endpoints: { ...current.endpoints, ...body.endpoints },
    metadata: { ...current.metadata, ...body.metadata },
    heartbeat: {
      interval_seconds: body.heartbeat?.interval_seconds ?? current.heartbeat.interval_seconds,
      enabled: body.heartbeat?.enabled ?? current.heartbeat.enabled,
    },
    description: body.description ?? current.description,
    locality: body.locality ?? current.locality,
    skills: body.skills ? skillsFrom(body.skills) : current.skills,
    accepts: body.accepts ?? current.accepts,
    depends_on: body.depends_on ? dependenciesFrom(body.depends_on) : current.depends_on,
  };
}

/** Rejects what is not valid by itself; the rest is `unchanged` until something is found to do. */
function validated(definitions: unknown[]): ImportResult[] {
  const ids = new Set<string>();
  return definitions.map((definition, index) => {
    const id = isJsonObject(definition) && typeof definition.id === 'string' ? definition.id : '';
    const result: ImportResult = { index, id, outcome: 'unchanged' };
    const unusable = jsonViolations(definition);
    const errors = unusable.length > 0 ? unusable : violationsOf(AgentDefinitionDto, definition);
    if (errors.length === 0 && ids.has(id)) errors.push({ field: 'id', message: 'is in this batch twice' });
    if (errors.length > 0) reject(result, validationError(inBody(errors)));
    else ids.add(id);
    return result;
  });
}
