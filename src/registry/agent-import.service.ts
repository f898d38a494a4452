import { Injectable } from '@nestjs/common';
import { DomainError, rejectIfAny, validationError, type FieldError } from '../common/domain-error';
import { jsonViolations } from '../common/json-limits';
import { isJsonObject, violationsOf } from '../common/validate';
import { Database } from '../database/database';
import { AgentEvents } from '../events/agent-events';
import type { AgentEntity } from './agent.entity';
import { AgentImportRepository, type ImportWrite } from './agent-import.repository';
import { changedFields, fieldsFrom, fieldsOf, type AgentFields } from './agent-fields.mapping';
import { transition } from './agent-status';
import { AgentDefinitionDto, AgentFieldsDto } from './dto/agent-requests.dto';

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
  ) {}

  /**
   * Imports a batch in one transaction. A definition that is not valid is rejected by itself. One whose id is unknown (or
   * deregistered) becomes an `inactive` agent; of a known agent it sets what it says, clears nothing and leaves the status
   * alone, so that importing again changes nothing. With `dryRun` the results are told and nothing is written.
   */
  async import(definitions: unknown[], { dryRun }: { dryRun: boolean }): Promise<ImportResult[]> {
    const results = definitions.map((definition, index) => resultOfValidation(definition, index, definitions));
    const valid = results.flatMap(({ index, outcome }) =>
      outcome === 'rejected' ? [] : [{ index, definition: definitions[index] as AgentDefinitionDto }],
    );
    const written = await this.database.transaction(async (transaction) => {
      const known = await this.imports.lock(
        transaction,
        valid.map(({ definition }) => definition.id),
      );
      const writes = valid.flatMap(({ index, definition }) => {
        const result = results[index]!;
        try {
          const write = importWrite(known.get(definition.id), definition);
          if (write) result.outcome = write.event === 'imported' ? 'created' : 'updated';
          return write ? [write] : [];
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
          Object.assign(result, { outcome: 'rejected', code: error.code, errors: error.errors });
          return [];
        }
      });
      return dryRun ? [] : this.imports.write(transaction, writes);
    });
    for (const { agent, type } of written) this.events.publish(type, agent);
    return results;
  }
}

/** What an import makes of an agent that is known, of a tombstone, or of none; nothing when it is so already. */
function importWrite(agent: AgentEntity | undefined, { id, ...body }: AgentDefinitionDto): ImportWrite | undefined {
  const previous = agent?.status ?? null;
  const status = transition(previous ?? 'unknown', 'import');
  if (status) return { id, previous, status, fields: fieldsFrom(body), event: 'imported', data: {} };
  const current = fieldsOf(agent!);
  const fields = filledInBy(current, body);
  rejectIfAny(violationsOf(AgentFieldsDto, fields)); // each is within the limits; together they need not be
  const changed = changedFields(fields, current);
  if (changed.length === 0) return undefined;
  return { id, previous, status: agent!.status, fields, event: 'updated', data: { changed } };
}

/** What the definition says, and where it says nothing what the agent has; `metadata` and `endpoints` key by key. */
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
  };
}

function resultOfValidation(definition: unknown, index: number, all: unknown[]): ImportResult {
  const id = isJsonObject(definition) && typeof definition.id === 'string' ? definition.id : '';
  const unusable = jsonViolations(definition);
  const errors = unusable.length > 0 ? unusable : violationsOf(AgentDefinitionDto, definition);
  const first = all.findIndex((other) => isJsonObject(other) && other.id === id);
  if (errors.length === 0 && first < index) errors.push({ field: 'id', message: 'is in this batch twice' });
  if (errors.length === 0) return { index, id, outcome: 'unchanged' };
  return { index, id, outcome: 'rejected', code: 'validation_failed', errors: validationError(errors).errors };
}
