import type { ImportResult } from '../registry/bulk-import/agent-import.service';
import type { AgentDefinition } from '#agent-directory/agent-draft';

/** Where agents are imported to: a running service, or the database behind it. */
export abstract class ImportTarget {
  /** For the report: which service, or which database. Holds no secret. */
  abstract readonly description: string;

  /**
   * Imports one batch, all or nothing; with `dryRun` only says what would come of it. One result per definition, in
   * their order. Repeating a batch is safe.
   *
   * @throws ImportError when the target cannot be used; nothing of this batch may then be assumed to be in.
   */
  abstract send(definitions: readonly AgentDefinition[], options: { dryRun: boolean }): Promise<ImportResult[]>;

  /** Lets go of whatever was opened. */
  abstract close(): Promise<void>;
}
