import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bearer, listOf, type TestToken } from '../support/access';
import { createPatientApp } from '../support/patient-app';
import type { TestApp } from '../support/test-app';

const first: TestToken = { name: 'first', token: 'the-first-token', scopes: ['read'] };
const second: TestToken = { name: 'second', token: 'the-second-token', scopes: ['read'] };
const fixed: TestToken = { name: 'fixed', token: 'the-fixed-token', scopes: ['admin'] };

/** A file that is broken: see access-process.process-spec.ts. */
describe('The file of tokens', () => {
  let folder: string;
  let file: string;
  let app: TestApp;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tokens-'));
    file = join(folder, 'tokens.json');
    writeFileSync(file, listOf([first]));
    const settings = { AUTH_MODE: 'token', AUTH_TOKENS_FILE: file, AUTH_TOKENS: listOf([fixed]) } as const;
    app = await createPatientApp(settings);
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });

  /** Past access control there is only a query that is refused: the database is not asked. */
  const isGood = async ({ token }: TestToken): Promise<boolean> => {
    const { status } = await app.request('GET', '/agents?limit=0', undefined, bearer(token));
    expect([400, 401]).toContain(status);
    return status === 400;
  };
  const become = async (good: TestToken[], bad: TestToken[]): Promise<void> => {
    await app.clock.advance(1.1); // the file is looked at every second
    const are = await Promise.all([...good, ...bad].map(isGood));
    expect(are).toEqual([...good.map(() => true), ...bad.map(() => false)]);
  };

  it('holds together with the variable', async () => {
    expect(await Promise.all([first, second, fixed].map(isGood))).toEqual([true, false, true]);
  });

  it('is read again when it changes, without a restart', async () => {
    writeFileSync(file, listOf([second]));
    await become([second, fixed], [first]);
  });

  it('may be replaced by another one', async () => {
    writeFileSync(`${file}.new`, listOf([first, second]));
    renameSync(`${file}.new`, file);
    await become([first, second, fixed], []);
  });

  it('may be a symlink into a folder that is swapped, as Kubernetes mounts secrets', async () => {
    for (const [name, tokens] of [
      ['one', [first]],
      ['two', [second]],
    ] as const) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'tokens.json'), listOf([...tokens]));
    }
    symlinkSync('one', join(folder, 'current'));
    unlinkSync(file);
    symlinkSync('current/tokens.json', file);
    await become([first, fixed], [second]);
    symlinkSync('two', join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, 'current'));
    await become([second, fixed], [first]);
  });
});
