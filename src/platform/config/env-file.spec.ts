import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvFileError, readEnvFile } from './env-file';

describe('readEnvFile', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'env-file-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function read(content: string | Buffer): Record<string, string | undefined> {
    const path = join(folder, '.env');
    writeFileSync(path, content);
    return { ...readEnvFile(path) };
  }

  it('gives nothing when there is no file', () => {
    expect({ ...readEnvFile(join(folder, '.env')) }).toEqual({});
  });

  it.each([
    ['plain', 'AUTH_MODE=token\nSERVER_PORT=1\n', { AUTH_MODE: 'token', SERVER_PORT: '1' }],
    ['with a byte order mark', '\ufeffAUTH_MODE=token\n', { AUTH_MODE: 'token' }],
    ['of Windows', 'AUTH_MODE=token\r\nSERVER_PORT=1\r\n', { AUTH_MODE: 'token', SERVER_PORT: '1' }],
    ['with comments', '# a\n\n  # b\nAUTH_MODE=token # c\n', { AUTH_MODE: 'token' }],
    ['of a shell', 'export AUTH_MODE="token"\n', { AUTH_MODE: 'token' }],
    ['over several lines', "A='[\n  1\n]'\nB=2\n", { A: '[\n  1\n]', B: '2' }],
    ['empty', '', {}],
    ['with an empty value', 'A=\nB=2', { A: '', B: '2' }],
  ])('reads a file %s', (_, content, expected) => {
    expect(read(content)).toEqual(expected);
  });

  it.each([
    ['UTF-16, little endian', Buffer.from('\ufeffAUTH_MODE=token\n', 'utf16le')],
    ['UTF-16, big endian', Buffer.from('\ufeffAUTH_MODE=token\n', 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from('AUTH_MODE=token\n', 'utf16le')],
    ['Latin-1', Buffer.from('NAME=\u00e4\n', 'latin1')],
  ])('refuses a file in %s', (_, content) => {
    expect(() => read(content)).toThrow(new EnvFileError(`${folder}/.env is not UTF-8 text: save it in that encoding`));
  });

  it.each([
    ['AUTH_MODE token\n', 1],
    ['A=1\nAUTH_MODE: token\n', 2],
    ["A='1\n2'\n\n# c\nAUTH_MODE\n", 5],
    ['=token\n', 1],
  ])('names the line of %j that is no assignment', (content, line) => {
    expect(() => read(content)).toThrow(`line ${line} is not NAME=value`);
  });
});
