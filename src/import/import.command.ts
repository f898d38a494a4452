import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { types } from 'node:util';
import { AgentDirectory } from './agent-directory';
import { formatByName, readDirectory } from './directory-reader';
import { readRow } from './directory-row';
import { HttpTarget } from './http.target';
import { cutBatches } from './import-batches';
import type { ImportTarget } from './import-target';
import { ImportTargetError } from './import-target.error';
import { type ImportOptions, parseImportOptions, USAGE, UsageError } from './import.options';
import { ImportProgress, type ProgressStream } from './import.progress';
import { formatSummary, ImportReport } from './import.report';
import { UnreadableDirectoryError } from './unreadable-directory.error';

/** The exit codes of the command. */
const EXIT = { allIn: 0, failed: 1, someRejected: 2, interrupted: 130 } as const;

/** What the command touches outside itself. */
export interface ImportSurroundings {
  readonly stdin: Readable;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: ProgressStream;
  /** Aborted: stop at the next safe point. */
  readonly interruption: AbortSignal;
  /** Opens the database of the configuration; called only when that is where the agents go. */
  openDatabase(): Promise<ImportTarget>;
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
  const { stdout, stderr } = surroundings;
  let options: ImportOptions | 'help';
  try {
    options = parseImportOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    stderr.write(`${error.message}\n\n${USAGE}`);
    return EXIT.failed;
  }
  if (options === 'help') {
    stdout.write(USAGE);
    return EXIT.allIn;
  }
  return new Import(options, surroundings).run();
}

class Import {
  private readonly report: ImportReport;
  private readonly progress: ImportProgress;

  constructor(
    private readonly options: ImportOptions,
    private readonly surroundings: ImportSurroundings,
  ) {
    this.report = new ImportReport(options.file === '-' ? 'standard input' : options.file, options.dryRun);
    this.progress = new ImportProgress(surroundings.stderr);
  }

  async run(): Promise<number> {
    const { interruption } = this.surroundings;
    try {
      const directory = await this.read();
      await this.send(directory);
    } catch (error) {
      this.progress.clear();
      // Whatever fails once a stop was asked for fails because of it, or no longer matters.
      if (!interruption.aborted) return this.fail(error);
    }
    this.progress.clear();
    const { complete, agents, remaining, target } = this.report.summary();
    if (!complete && target === null) {
      this.say('interrupted before anything was sent');
      return EXIT.interrupted;
    }
    this.printReport();
    if (!complete) {
      this.say(
        `interrupted: ${agents - remaining} of ${agents} agents were dealt with. ` +
          'Each batch is in as a whole or not at all; running the same import again is safe and does the rest.',
      );
      return EXIT.interrupted;
    }
    return this.report.hasRejections ? EXIT.someRejected : EXIT.allIn;
  }

  private async read(): Promise<AgentDirectory> {
    const { file, format } = this.options;
    const { stdin, interruption } = this.surroundings;
    const directory = new AgentDirectory();
    const source = addAbortSignal(interruption, file === '-' ? stdin : createReadStream(file));
    try {
      for await (const entry of readDirectory(source, format ?? formatByName(file))) {
        if ('error' in entry) {
          this.report.addBrokenRow(entry.line, entry.error);
          continue;
        }
        const reading = readRow(entry.row);
        if ('problem' in reading) this.report.addUnusableRow(entry.line, reading.problem);
        else this.report.addRow(directory.add(entry.line, reading.draft));
      }
    } catch (error) {
      throw isFileProblem(error) ? new UnreadableDirectoryError(error.message, { cause: error }) : error;
    }
    return directory;
  }

  private async send(directory: AgentDirectory): Promise<void> {
    const { dryRun } = this.options;
    const { agents, collisions } = directory.resolve();
    this.report.startSending(agents.length, collisions);
    if (agents.length === 0) return;
    const target = await this.openTarget();
    this.report.target = target.description;
    try {
      let done = 0;
      this.progress.show(done, agents.length, 'agents');
      for (const cut of cutBatches(agents)) {
        if (this.surroundings.interruption.aborted) return;
        if ('unsendable' in cut) {
          this.report.addUnsendable(cut.unsendable, cut.errors);
          done++;
        } else {
          const results = await target.send(
            cut.batch.map(({ definition }) => definition),
            { dryRun },
          );
          cut.batch.forEach((agent, index) => this.report.addResult(agent, resultAt(results, index)));
          done += cut.batch.length;
        }
        this.progress.show(done, agents.length, 'agents');
      }
    } finally {
      await target.close();
    }
  }

  private openTarget(): Promise<ImportTarget> {
    const { url, token } = this.options;
    if (url === undefined) return this.surroundings.openDatabase();
    return Promise.resolve(new HttpTarget({ url, token, signal: this.surroundings.interruption }));
  }

  private fail(error: unknown): number {
    const { agents, remaining, rows } = this.report.summary();
    if (agents > remaining) {
      this.printReport();
      this.say(`stopped with ${remaining} of ${agents} agents not sent; what is in stays in, and repeating is safe`);
    }
    if (error instanceof UnreadableDirectoryError) {
      this.say(`cannot read ${this.options.file === '-' ? 'standard input' : this.options.file}: ${error.message}`);
    } else if (error instanceof ImportTargetError) {
      this.say(error.message);
    } else {
      this.say(
        `failed after ${rows} rows: ${types.isNativeError(error) ? (error.stack ?? error.message) : String(error)}`,
      );
    }
    return EXIT.failed;
  }

  private printReport(): void {
    const summary = this.report.summary();
    this.surroundings.stdout.write(
      this.options.json ? `${JSON.stringify(summary, undefined, 2)}\n` : formatSummary(summary),
    );
  }

  private say(message: string): void {
    this.surroundings.stderr.write(`${message}\n`);
  }
}

/** Targets promise one result per definition, in order. */
function resultAt<T>(results: readonly T[], index: number): T {
  const result = results[index];
  if (result === undefined) throw new ImportTargetError(`no answer for agent ${index + 1} of a batch`);
  return result;
}

/** ENOENT, EISDIR, EACCES and the like. */
function isFileProblem(error: unknown): error is NodeJS.ErrnoException {
  return types.isNativeError(error) && 'syscall' in error && 'code' in error;
}
