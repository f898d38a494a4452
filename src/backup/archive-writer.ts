import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { LONGEST_PART, type ArchiveHeader, type ArchivePart } from './archive-format';
import { BackupError } from './backup.error';

/** What a backup is made from. */
export interface ArchiveContent {
  header: ArchiveHeader;
  /** The parts, and at their end how many rows each table has. */
  parts: AsyncGenerator<ArchivePart, Record<string, number>>;
}

/** @throws BackupError when there is such a file, or it cannot be told */
export async function refuseToOverwrite(file: string): Promise<void> {
  const error = await stat(file).then(
    () => undefined,
    (reason: NodeJS.ErrnoException) => reason,
  );
  if (!error) throw new BackupError(`${file} is there already; --force replaces it`);
  if (error.code !== 'ENOENT') throw new BackupError(`cannot write ${file}: ${error.message}`, { cause: error });
}

/**
 * Writes an archive, readable by its owner alone. The file is there when it is complete and on the disk, and not before; a failure leaves
 * what was there. Returns its size in bytes, and the rows by table.
 * @throws BackupError when it cannot be written; what the parts throw
 */
export async function writeArchive(
  file: string,
  content: ArchiveContent,
  signal: AbortSignal,
): Promise<{ size: number; rows: Record<string, number> }> {
  const partial = `${file}.${process.pid}.partial`;
  const rows: Record<string, number> = {};
  try {
    const output = createWriteStream(partial, { mode: 0o600, flush: true });
    await pipeline(bytesOf(content, rows), createGzip({ level: constants.Z_BEST_SPEED }), output, { signal });
    const { size } = await stat(partial);
    await rename(partial, file);
    await syncDirectory(dirname(file));
    return { size, rows };
  } catch (error) {
    await rm(partial, { force: true });
    if (isOfFile(error)) throw new BackupError(`cannot write ${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Counts the rows by table into `rows`. */
async function* bytesOf({ header, parts }: ArchiveContent, rows: Record<string, number>): AsyncGenerator<Buffer> {
  const digest = createHash('sha256');
  const hashed = (bytes: Buffer): Buffer => {
    digest.update(bytes);
    return bytes;
  };
  yield hashed(line(header));
  let part = await parts.next();
  for (; !part.done; part = await parts.next()) {
    const { table, data } = part.value;
    for (let start = 0; start < data.length; start += LONGEST_PART) {
      const piece = data.subarray(start, start + LONGEST_PART);
      yield hashed(line({ table, bytes: piece.length }));
      yield hashed(piece);
      yield hashed(LINE_FEED);
    }
  }
  Object.assign(rows, part.value);
  yield hashed(line({ rows }));
  yield line({ sha256: digest.digest('hex') });
}

const LINE_FEED = Buffer.from('\n');

function line(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** So that the name survives a crash as well. Windows has no such thing. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isOfFile(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'path' in error;
}
