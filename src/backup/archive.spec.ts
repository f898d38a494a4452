import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Random } from '../../test/support/random';
import { LONGEST_PART, type ArchiveHeader, type ArchivePart } from './archive-format';
import { ArchiveFile } from './archive-reader';
import { refuseToOverwrite, writeArchive } from './archive-writer';
import { BackupError } from './backup.error';

const SEED = Number(process.env.ARCHIVE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const NEVER = new AbortController().signal;
const HEADER: ArchiveHeader = {
  format: 'agent-registry-backup',
  version: 1,
  taken_at: '2026-11-27T12:00:00.000Z',
  server_version: '18.4',
  migrations: ['First1', 'Second2'],
  tables: [
    { name: 'agents', columns: ['id'], serials: [] },
    { name: 'agent_events', columns: ['revision'], serials: [{ column: 'revision', last: '7' }] },
  ],
};
const ROWS = { agents: 2, agent_events: 1 };
const PARTS: ArchivePart[] = [
  { table: 'agents', data: Buffer.from('one\ntw') },
  { table: 'agents', data: Buffer.from('o\n') },
  { table: 'agent_events', data: Buffer.from('{"rows":{}}\n') },
];

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'archive-'));
  file = join(directory, 'backup');
});
afterEach(() => rmSync(directory, { recursive: true }));

async function* given(parts: ArchivePart[], failure?: Error): AsyncGenerator<ArchivePart, Record<string, number>> {
  yield* parts;
  await Promise.resolve();
  if (failure) throw failure;
  return ROWS;
}

const write = (parts = PARTS, header = HEADER): Promise<unknown> =>
  writeArchive(file, { header, parts: given(parts) }, NEVER);

/** What a file holds, its parts joined by table; undefined when it is refused. */
async function contentOf(name = file): Promise<unknown> {
  const archive = await ArchiveFile.open(name);
  try {
    const checked = await archive.check();
    const { header, parts } = await archive.read(); // and again, as a restore does
    const tables: Record<string, string> = {};
    let part = await parts.next();
    for (; !part.done; part = await parts.next())
      tables[part.value.table] = (tables[part.value.table] ?? '') + part.value.data.toString();
    expect(part.value).toEqual(checked.trailer);
    return { header, tables, rows: part.value.rows };
  } catch (error) {
    expect(error).toBeInstanceOf(BackupError);
    expect((error as Error).message).toContain(name);
    return undefined;
  } finally {
    await archive.close();
  }
}

const WRITTEN = { header: HEADER, tables: { agents: 'one\ntwo\n', agent_events: '{"rows":{}}\n' }, rows: ROWS };

it('holds what was written, for its owner alone', async () => {
  await write();
  expect(await contentOf()).toEqual(WRITTEN);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory)).toEqual(['backup']);
});

it('cuts what is long', async () => {
  const data = Buffer.alloc(2 * LONGEST_PART + 3, 'x');
  await write([{ table: 'agents', data }]);
  expect(await contentOf()).toMatchObject({ tables: { agents: data.toString() } });
});

it('is not there, and replaces nothing, when its content fails', async () => {
  writeFileSync(file, 'older');
  const failing = { header: HEADER, parts: given(PARTS, new Error('the database is gone')) };
  await expect(writeArchive(file, failing, NEVER)).rejects.toThrow('the database is gone');
  await expect(writeArchive(file, { header: HEADER, parts: given(PARTS) }, AbortSignal.abort())).rejects.toThrow(
    'aborted',
  );
  expect(readdirSync(directory)).toEqual(['backup']);
  expect(readFileSync(file, 'utf8')).toBe('older');
});

it('names a file that cannot be written, or that is there', async () => {
  await write();
  await expect(refuseToOverwrite(file)).rejects.toThrow(`${file} is there already`);
  await expect(refuseToOverwrite(join(directory, 'other'))).resolves.toBeUndefined();
  const nowhere = join(directory, 'none/backup');
  await expect(writeArchive(nowhere, { header: HEADER, parts: given(PARTS) }, NEVER)).rejects.toThrow(BackupError);
});

it('is refused wherever it was cut off', async () => {
  await write();
  const whole = readFileSync(file);
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(file, whole.subarray(0, length));
    expect([length, await contentOf()]).toEqual([length, undefined]);
  }
});

it(`is refused, or means the same, whichever bit has changed (ARCHIVE_SEED=${SEED})`, async () => {
  const random = new Random(SEED);
  await write();
  const whole = readFileSync(file);
  for (let round = 0; round < 300; round++) {
    const damaged = Buffer.from(whole);
    const place = random.between(0, whole.length - 1);
    damaged[place]! ^= 1 << random.between(0, 7);
    writeFileSync(file, damaged);
    expect([undefined, WRITTEN]).toContainEqual(await contentOf());
  }
});

it(`is refused when its lines were changed and packed again (ARCHIVE_SEED=${SEED})`, async () => {
  const random = new Random(SEED);
  await write();
  const lines = gunzipSync(readFileSync(file));
  for (let round = 0; round < 300; round++) {
    const changed = Buffer.from(lines);
    changed[random.between(0, lines.length - 1)]! ^= 1 << random.between(0, 7);
    writeFileSync(file, gzipSync(changed));
    expect(await contentOf()).toBeUndefined();
  }
});

it.each([
  ['no file of ours', 'hello', 'damaged'],
  ['of another program', gzipSync('hello\n'), 'is no backup'],
  ['JSON of another program', gzipSync('null\n'), 'is no backup'],
  ['of a later format', gzipSync(`${JSON.stringify({ ...HEADER, version: 2 })}\n`), 'newer release'],
  ['empty', '', 'damaged'],
])('%s', async (_, bytes, message) => {
  writeFileSync(file, bytes);
  const archive = await ArchiveFile.open(file);
  await expect(archive.check()).rejects.toThrow(message);
  await archive.close();
  await expect(ArchiveFile.open(join(directory, 'other'))).rejects.toThrow(BackupError);
});
