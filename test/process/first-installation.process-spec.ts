import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

// A guard, for npm.
jest.setTimeout(600_000);

const LIBRARY = join(__dirname, '../../scripts/lib');
const INSTALL = "import('./scripts/lib/prepare.mjs').then((prepare) => prepare.ensureInstalled())";

describe('the first installation', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'agent-registry-install-'));
    cpSync(LIBRARY, join(root, 'scripts/lib'), { recursive: true });
    mkdirSync(join(root, 'dependency'));
    write('dependency/package.json', { name: 'dependency', version: '1.0.0' });
    npm('pack', './dependency');
    write('package.json', {
      name: 'product',
      version: '1.0.0',
      dependencies: { dependency: 'file:dependency-1.0.0.tgz' },
    });
    npm('install', '--package-lock-only', '--no-audit', '--no-fund');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (name: string, content: object): void => writeFileSync(join(root, name), JSON.stringify(content));
  const npm = (...args: string[]): void => {
    const { status, stderr } = spawnSync('npm', args, { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  const install = async (script = INSTALL): Promise<{ out: string; errors: string }> => {
    const child = spawn(process.execPath, ['-e', script], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { out, errors };
  };

  it('says how much there is to install and that it takes minutes, and at the end what is there; later ones say nothing', async () => {
    const first = await install();
    expect(first.errors).toMatch(
      /^The first start installs 1 packages and builds: that takes some minutes\.\nInstalling [^]*\nInstalled 1 packages\n$/,
    );
    expect(first.out).toBe(''); // it belongs to the command that is being prepared
    expect(existsSync(join(root, 'node_modules/dependency/package.json'))).toBe(true);
    expect(await install()).toEqual({ out: '', errors: '' });
  });

  it('says how far it is', async () => {
    // The interval at which it says so is passed over, not waited for.
    const impatient = `const real = globalThis.setInterval;
      globalThis.setInterval = (work, ms, ...args) => real(work, 1, ...args); ${INSTALL}`;
    const { errors } = await install(impatient);
    expect(errors).toMatch(/^ {2}0 of 1 packages after \d+ s$/m);
  });

  it('says what npm had to say when it fails, and fails itself', async () => {
    write('package.json', { name: 'product', version: '1.0.0', dependencies: { another: 'file:another' } }); // not as locked
    const { errors } = await install();
    expect(errors).toMatch(/npm (error|ERR!)[^]*npm ci .* failed/);
  });
});
