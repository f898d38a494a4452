import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { FieldError } from '../common/domain-error';
import { jsonViolations } from '../common/json-limits';
import { mergePatch } from '../common/merge-patch';
import { isJsonObject, violationsOf } from '../common/validate';
import { Database } from '../database/database';
import { AgentEvents } from '../events/agent-events';
import type { AgentEntity } from './agent.entity';
import { AgentImportRepository, type ImportWrite } from './agent-import.repository';
import { fieldsFrom, fieldsOf } from './agent-fields.mapping';
import { transition } from './agent-status';
import { AgentDefinitionDto } from './dto/agent-requests.dto';

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
        const agent = known.get(definition.id);
        const write = importWrite(agent, definition);
        if (write) results[index]!.outcome = write.event === 'imported' ? 'created' : 'updated';
        return write ? [write] : [];
      });
      return dryRun ? [] : this.imports.write(transaction, writes);
    });
    for (const { agent, type } of written) this.events.publish(type, agent);
    return results;
  }
}

/** What an import makes of an agent that is known, of a tombstone, or of none; nothing when it is so already. */
function importWrite(agent: AgentEntity | undefined, definition: AgentDefinitionDto): ImportWrite | undefined {
  const { id, ...body } = definition;
  const status = transition(agent?.status ?? 'unknown', 'import');
  if (status)
    return { id, previous: agent?.status ?? null, status, fields: fieldsFrom(body), event: 'imported', data: {} };
  const current = fieldsOf(agent!);
  const fields = fieldsFrom(mergePatch(current, body) as AgentDefinitionDto);
  const changed = Object.keys(fields).filter(
    (name) => !isDeepStrictEqual(fields[name as never], current[name as never]),
  );
  if (changed.length === 0) return undefined;
  return { id, previous: agent!.status, status: agent!.status, fields, event: 'updated', data: { changed } };
}

function resultOfValidation(definition: unknown, index: number, all: unknown[]): ImportResult {
  const id = isJsonObject(definition) && typeof definition.id === 'string' ? definition.id : '';
  const unusable = jsonViolations(definition);
  const errors = unusable.length > 0 ? unusable : violationsOf(AgentDefinitionDto, definition);
  const first = all.findIndex((other) => isJsonObject(other) && other.id === id);
  if (errors.length === 0 && first < index) errors.push({ field: 'id', message: 'is in this batch twice' });
  if (errors.length === 0) return { index, id, outcome: 'unchanged' };
  return { index, id, outcome: 'rejected', code: 'validation_failed', errors };
}
