import type { FieldError } from '../../platform/validation/domain-error';
import { jsonViolations } from '../../platform/validation/json-limits';
import { type AgentDefinition, type AgentDraft, mergeDrafts, toDefinition } from '#agent-directory/agent-draft';

/** One agent to be imported and the lines of the rows that it was made of. */
export interface DirectoryAgent {
  readonly definition: AgentDefinition;
  readonly lines: readonly number[];
  /** Of the definition as JSON. */
  readonly bytes: number;
}

/** Something that does not go in, with the lines of the rows it is about. */
export interface Rejection {
  readonly lines: readonly number[];
  readonly id?: string;
  readonly code: string;
  readonly errors: readonly FieldError[];
}

/** More than any legal agent takes. */
const MAX_AGENT_BYTES = 1024 * 1024;

/** The agents of a directory, its duplicate rows merged. Memory grows with the distinct agents, hardly with the rows. */
export class AgentDirectory {
  private readonly entries = new Map<string, { draft: AgentDraft; readonly lines: number[] }>();

  /** Adds what one row says; true when it was merged into an agent that an earlier row had already named. */
  add(line: number, draft: AgentDraft): boolean {
    const entry = this.entries.get(draft.identity);
    if (entry === undefined) {
      this.entries.set(draft.identity, { draft, lines: [line] });
      return false;
    }
    entry.draft = mergeDrafts(entry.draft, draft);
    entry.lines.push(line);
    return true;
  }

  /**
   * The agents in the order of their first rows. Rejected is one whose id an earlier one of another identity has, and
   * one that no request can carry; every other rule is the registry's business.
   */
  resolve(): { agents: DirectoryAgent[]; rejected: Rejection[] } {
    const agents: DirectoryAgent[] = [];
    const rejected: Rejection[] = [];
    const holders = new Map<string, string>();
    for (const { draft, lines } of this.entries.values()) {
      const definition = toDefinition(draft);
      const { id } = definition;
      const holder = holders.get(id);
      if (holder !== undefined) {
        const message = `"${draft.identity}" would get the id ${id}, which ${holder} has; only that one is in`;
        rejected.push({ lines, id, code: 'id_collision', errors: [{ field: 'agent_id', message }] });
        continue;
      }
      holders.set(id, `"${draft.identity}" (line ${lines[0]})`);
      // First of all: what is nested too deep cannot even be written as JSON.
      const errors = jsonViolations(definition);
      const bytes = errors.length > 0 ? 0 : Buffer.byteLength(JSON.stringify(definition));
      if (bytes > MAX_AGENT_BYTES) errors.push({ field: '', message: `takes ${bytes} bytes, more than any agent may` });
      if (errors.length > 0) rejected.push({ lines, id, code: 'validation_failed', errors });
      else agents.push({ definition, lines, bytes });
    }
    return { agents, rejected };
  }
}
