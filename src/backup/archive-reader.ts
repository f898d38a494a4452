import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { errorMessage } from '../platform/observability/error-message';
import { LONGEST_PART, type ArchiveHeader, type ArchivePart, type ArchiveTrailer } from './archive-format';
import { BackupError } from './backup.error';

/** Longer lines are none of ours. */
const LONGEST_LINE = 1 << 20;
/** Read at once. */
const CHUNK = 1 << 16;

/** A file with a backup. It stays open, so that what was checked is what is restored, whatever becomes of the name. */
export class ArchiveFile {
  private constructor(
    private readonly name: string,
    private readonly handle: Awaited<ReturnType<typeof open>>,
  ) {}

  /** @throws BackupError when it cannot be opened */
  static async open(name: string): Promise<ArchiveFile> {
    try {
      return new ArchiveFile(name, await open(name, 'r'));
    } catch (error) {
      throw new BackupError(`cannot read ${name}: ${errorMessage(error)}`, { cause: error });
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  /** Reads all of it; it is whole and undamaged. Does not hold it in memory. @throws BackupError otherwise */
  async check(): Promise<{ header: ArchiveHeader; trailer: ArchiveTrailer }> {
    const { header, parts } = await this.read();
    for (;;) {
      const part = await parts.next();
      if (part.done) return { header, trailer: part.value };
    }
  }

  /**
   * Its header, its parts, and at their end its trailer, with which the parts agree.
   * @throws BackupError when it is none of ours, is not complete or was changed; `parts` likewise
   */
  async read(): Promise<{ header: ArchiveHeader; parts: AsyncGenerator<ArchivePart, ArchiveTrailer> }> {
    const raw = Readable.from(this.chunks(), { objectMode: false });
    const gunzip = createGunzip();
    raw.on('error', (error) => gunzip.destroy(error));
    const bytes = new ByteReader(raw.pipe(gunzip));
    const stop = (): void => {
      raw.destroy();
      gunzip.destroy();
    };
    try {
      return { header: headerOf(await bytes.line()), parts: this.pieces(bytes, stop) };
    } catch (error) {
      stop();
      throw this.explained(error);
    }
  }

  /** A stream of the handle's would close it at its end, and it is read twice. */
  private async *chunks(): AsyncGenerator<Buffer> {
    for (let position = 0; ;) {
      const { buffer, bytesRead } = await this.handle.read(Buffer.alloc(CHUNK), 0, CHUNK, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  private async *pieces(bytes: ByteReader, stop: () => void): AsyncGenerator<ArchivePart, ArchiveTrailer> {
    try {
      for (;;) {
        const line = (JSON.parse(await bytes.line()) ?? {}) as {
          table?: string;
          bytes?: number;
          rows?: ArchiveTrailer['rows'];
        };
        if (line.rows) return { rows: line.rows, sha256: await checkEnd(bytes) };
        const { table, bytes: length } = line;
        if (typeof table !== 'string' || !Number.isInteger(length) || length! < 0 || length! > LONGEST_PART)
          throw new BackupError('it has a part that is none');
        yield { table, data: await bytes.take(length!) };
        if ((await bytes.line()) !== '') throw new BackupError('it has a part that is too long');
      }
    } catch (error) {
      throw this.explained(error);
    } finally {
      stop();
    }
  }

  private explained(error: unknown): unknown {
    if (error instanceof UnknownFormat) return new BackupError(`${this.name} ${error.message}`, { cause: error });
    const isOfContent = error instanceof BackupError || error instanceof SyntaxError || isOfZlib(error);
    if (!isOfContent) return error;
    const message = `${this.name} is damaged or not complete (${errorMessage(error)}); nothing was changed`;
    return new BackupError(message, { cause: error });
  }
}

/** The digest, which the last line has to agree with. */
async function checkEnd(bytes: ByteReader): Promise<string> {
  const sha256 = bytes.digest();
  const last = (JSON.parse(await bytes.line()) ?? {}) as Pick<ArchiveTrailer, 'sha256'>;
  if (last.sha256 !== sha256) throw new BackupError('its checksum is wrong');
  await bytes.end();
  return sha256;
}

/** Takes the bytes of a stream in the lengths that are asked for, and works out their digest. */
class ByteReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private readonly hash = createHash('sha256');
  private rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  /** Of all that was taken so far. */
  digest(): string {
    return this.hash.copy().digest('hex');
  }

  /** What comes before the next line feed. */
  async line(): Promise<string> {
    let end: number;
    while ((end = this.rest.indexOf(10)) < 0) {
      if (this.rest.length > LONGEST_LINE) throw new BackupError('it has a line that is too long');
      await this.more();
    }
    return this.cut(end + 1)
      .subarray(0, end)
      .toString();
  }

  async take(length: number): Promise<Buffer> {
    while (this.rest.length < length) await this.more();
    return this.cut(length);
  }

  /** Nothing is left. */
  async end(): Promise<void> {
    const { done } = await this.chunks.next();
    if (this.rest.length > 0 || !done) throw new BackupError('something follows its end');
  }

  private cut(length: number): Buffer {
    const bytes = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(length);
    this.hash.update(bytes);
    return bytes;
  }

  private async more(): Promise<void> {
    const chunk = await this.chunks.next();
    if (chunk.done) throw new BackupError('unexpected end of file');
    this.rest = this.rest.length === 0 ? chunk.value : Buffer.concat([this.rest, chunk.value]);
  }
}

class UnknownFormat extends Error {}

function headerOf(line: string): ArchiveHeader {
  let header: Partial<ArchiveHeader> | null = null;
  try {
    header = JSON.parse(line) as Partial<ArchiveHeader> | null;
  } catch {
    // said below
  }
  if (header?.format !== 'agent-registry-backup') throw new UnknownFormat('is no backup of the registry');
  if (header.version !== 1)
    throw new UnknownFormat(`has format ${String(header.version)}: restore it by a newer release`);
  return header as ArchiveHeader;
}

function isOfZlib(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
