import type { FieldError } from '../common/domain-error';
import type { DirectoryAgent } from './agent-directory';
import { whyUnsendable } from './unsendable';

const MAX_AGENTS = 200;
const MAX_BYTES = 3 * 1024 * 1024;

/** Agents to be sent together, or one that cannot be sent, and why. */
export type ImportCut =
  | { readonly batch: readonly DirectoryAgent[] }
  | { readonly unsendable: DirectoryAgent; readonly errors: readonly FieldError[] };

/** Cuts agents into batches well inside what the service takes in one request: at most 200 agents and 3 MiB of JSON. */
export function* cutBatches(
  agents: Iterable<DirectoryAgent>,
  maxAgents = MAX_AGENTS,
  maxBytes = MAX_BYTES,
): Generator<ImportCut, void, undefined> {
  let batch: DirectoryAgent[] = [];
  let size = 0;
  for (const agent of agents) {
    const bytes = Buffer.byteLength(JSON.stringify(agent.definition)) + 1;
    const errors = whyUnsendable(agent.definition, bytes, maxBytes);
    if (errors.length > 0) {
      yield { unsendable: agent, errors };
      continue;
    }
    if (batch.length === maxAgents || size + bytes > maxBytes) {
      yield { batch };
      batch = [];
      size = 0;
    }
    batch.push(agent);
    size += bytes;
  }
  if (batch.length > 0) yield { batch };
}
