import { type AgentDefinition, type AgentDraft, mergeDrafts, toDefinition } from './agent-draft';

/** One agent to be imported and the lines of the rows that it was made of. */
export interface DirectoryAgent {
  readonly definition: AgentDefinition;
  readonly lines: readonly number[];
}

/** Two identities that would get the same id. The one that came first keeps it; this one is left out. */
export interface IdCollision {
  readonly id: string;
  readonly identity: string;
  readonly lines: readonly number[];
  readonly heldBy: { readonly identity: string; readonly line: number };
}

interface Entry {
  draft: AgentDraft;
  readonly lines: number[];
}

/** The agents of a directory, its duplicate rows merged. Memory grows with the distinct agents, hardly with the rows. */
export class AgentDirectory {
  private readonly entries = new Map<string, Entry>();

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

  /** The agents in the order of their first rows, and those that cannot have an id of their own. */
  resolve(): { agents: DirectoryAgent[]; collisions: IdCollision[] } {
    const agents: DirectoryAgent[] = [];
    const collisions: IdCollision[] = [];
    const holders = new Map<string, { identity: string; line: number }>();
    for (const { draft, lines } of this.entries.values()) {
      const definition = toDefinition(draft);
      const { id } = definition;
      const heldBy = holders.get(id);
      if (heldBy !== undefined) {
        collisions.push({ id, identity: draft.identity, lines, heldBy });
        continue;
      }
      holders.set(id, { identity: draft.identity, line: lines[0] as number });
      agents.push({ definition, lines });
    }
    return { agents, collisions };
  }
}
