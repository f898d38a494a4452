import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { types } from 'node:util';
import { errorMessage } from '../platform/observability/error-message';
import { ConfigurationError } from '../platform/config/configuration';
import type { ImportResult } from '../registry/bulk-import/agent-import.service';
import { cutBatches } from '#agent-directory/batches';
import { AgentDirectory, type DirectoryAgent } from './directory/agent-directory';
import type { DirectoryEntry } from './directory/csv-rows';
import { formatByName, readDirectory } from './directory/directory-reader';
import { readRow, RowError } from '#agent-directory/directory-row';
import { HttpTarget } from './http.target';
import { ImportError } from './import.error';
import type { ImportTarget } from './import-target';
import { type ImportOptions, parseImportOptions, USAGE } from './import.options';
import { formatSummary, ImportSummary } from './import.report';

/** The exit codes of the command. */
const EXIT = { allIn: 0, failed: 1, someRejected: 2, interrupted: 130 } as const;
const BAR_WIDTH = 30;

/** What the command touches outside itself. */
export interface ImportSurroundings {
  readonly stdin: Readable;
  readonly stdout: { write(text: string): unknown };
  /** Progress is drawn here when it is a terminal. */
  readonly stderr: { readonly isTTY?: boolean; write(text: string): unknown };
  /** Bearer token for `--url` when the command line has none. */
  readonly token?: string;
  /** Aborted: stop at the next safe point. */
  readonly interruption: AbortSignal;
  /** Opens the database of the configuration; called only when that is where the agents go. `offline`: whatever service there is. */
  openDatabase(options: { offline: boolean }): Promise<ImportTarget>;
}

/**
 * Runs one import and returns the exit code (0, 1, 2 or 130, see `USAGE`).
 *
 * The file is read as a stream, but all of its distinct agents, merged, are held in memory before the first is sent,
 * because a later row may still add to an earlier agent: memory grows with the agents, not with the rows. Then they go
 * out in batches, each of which is in as a whole or not at all. Stopped at any point, the same import can simply be run
 * again: what is in already comes out as unchanged.
 */
export async function runImport(args: readonly string[], surroundings: ImportSurroundings): Promise<number> {
  let options: ImportOptions | 'help';
  try {
    options = parseImportOptions(args, surroundings.token);
  } catch (error) {
    surroundings.stderr.write(`${errorMessage(error)}\n\n${USAGE}`);
    return EXIT.failed;
  }
  if (options !== 'help') return new Import(options, surroundings).run();
  surroundings.stdout.write(USAGE);
  return EXIT.allIn;
}

class Import {
  private readonly summary: ImportSummary;

  constructor(
    private readonly options: ImportOptions,
    private readonly surroundings: ImportSurroundings,
  ) {
    this.summary = new ImportSummary(options.file === '-' ? 'standard input' : options.file, options.dryRun);
  }

  async run(): Promise<number> {
    const { interruption, stderr } = this.surroundings;
    let failure: string | undefined;
    try {
      await this.send(await this.read());
    } catch (error) {
      // Whatever fails once a stop was asked for fails because of it, or no longer matters.
      if (!interruption.aborted) failure = describeFailure(error);
    }
    const { complete, agents, remaining, rejected } = this.summary;
    const begun = agents > remaining;
    if (complete || begun) this.printReport();
    if (complete) return rejected.length > 0 ? EXIT.someRejected : EXIT.allIn;
    if (failure !== undefined) stderr.write(`${failure}\n`);
    const what = failure === undefined ? 'interrupted' : 'stopped';
    if (begun) stderr.write(`${what} with ${remaining} of ${agents} agents not sent; repeating the import is safe\n`);
    else if (failure === undefined) stderr.write('interrupted before anything was sent\n');
    return failure === undefined ? EXIT.interrupted : EXIT.failed;
  }

  private async read(): Promise<AgentDirectory> {
    const { file, format = formatByName(file) } = this.options;
    const { stdin, interruption } = this.surroundings;
    const directory = new AgentDirectory();
    const source = addAbortSignal(interruption, file === '-' ? stdin : createReadStream(file));
    try {
      for await (const entry of readDirectory(source, format)) this.addRow(directory, entry);
    } catch (error) {
      // ENOENT, EISDIR, EACCES and the like name the system call.
      if (!(error instanceof ImportError) && !(types.isNativeError(error) && 'syscall' in error)) throw error;
      throw new ImportError(`cannot read ${this.summary.source}: ${error.message}`, { cause: error });
    }
    return directory;
  }

  private addRow(directory: AgentDirectory, entry: DirectoryEntry): void {
    const { rejected } = this.summary;
    const lines = [entry.line];
    this.summary.rows++;
    if ('error' in entry) {
      rejected.push({ lines, code: 'broken_row', errors: [{ field: '', message: entry.error }] });
      return;
    }
    try {
      if (directory.add(entry.line, readRow(entry.row))) this.summary.merged_rows++;
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      rejected.push({ lines, code: 'unusable_row', errors: [{ field: error.field, message: error.problem }] });
    }
  }

  private async send(directory: AgentDirectory): Promise<void> {
    const { agents, rejected } = directory.resolve();
    this.summary.agents = agents.length + rejected.length;
    this.summary.remaining = agents.length;
    this.summary.rejected.push(...rejected);
    if (agents.length > 0) await this.sendAll(agents);
    this.summary.complete = this.summary.remaining === 0;
  }

  private async sendAll(agents: readonly DirectoryAgent[]): Promise<void> {
    const { options, summary, surroundings } = this;
    const { url, token, offline, dryRun } = options;
    const signal = surroundings.interruption;
    const target =
      url === undefined ? await surroundings.openDatabase({ offline }) : new HttpTarget({ url, token, signal });
    summary.target = target.description;
    try {
      this.drawBar(0, agents.length);
      for (const batch of cutBatches(agents, ({ bytes }) => bytes)) {
        if (signal.aborted) return;
        const definitions = batch.map(({ definition }) => definition);
        const results = await target.send(definitions, { dryRun });
        results.forEach((result, index) => this.addResult(batch[index]!, result));
        this.drawBar(agents.length - summary.remaining, agents.length);
      }
    } finally {
      this.draw('');
      await target.close();
    }
  }

  private addResult({ definition, lines }: DirectoryAgent, { outcome, code, errors }: ImportResult): void {
    this.summary.remaining--;
    if (outcome !== 'rejected') this.summary[outcome]++;
    else this.summary.rejected.push({ lines, id: definition.id, code: code ?? outcome, errors: errors ?? [] });
  }

  private drawBar(done: number, total: number): void {
    const filled = Math.floor((done / total) * BAR_WIDTH);
    this.draw(`[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${done}/${total} agents`);
  }

  /** In place of what was drawn before. */
  private draw(text: string): void {
    const { stderr } = this.surroundings;
    if (stderr.isTTY === true) stderr.write(`\r\u001b[K${text}`);
  }

  private printReport(): void {
    const { summary, options, surroundings } = this;
    summary.rejected.sort((a, b) => (a.lines[0] ?? 0) - (b.lines[0] ?? 0));
    surroundings.stdout.write(options.json ? `${JSON.stringify(summary, undefined, 2)}\n` : formatSummary(summary));
  }
}

/** The message is enough when it is meant for people; of anything else a developer needs the stack. */
function describeFailure(error: unknown): string {
  const isForPeople = error instanceof ImportError || error instanceof ConfigurationError;
  return (!isForPeople && types.isNativeError(error) && error.stack) || errorMessage(error);
}
