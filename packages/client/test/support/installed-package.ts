import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const PACKAGE = join(__dirname, '../..');
/** Compiled into the package. */
const RULES = join(PACKAGE, '../agent-directory');
/** Within the repository, so that the build finds its compiler; beside the package, whose dist/ others may be building. */
const CACHE = join(PACKAGE, '../../node_modules/.cache/agent-registry');
const COMPILER = join(PACKAGE, '../../node_modules/typescript/package.json');

/** Installs the package as its users do, packed and into an empty folder, which this returns and the caller removes. */
export async function installPackage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'agent-registry-client-'));
  try {
    // Without a prefix, npm would look for a package.json in the folders above, and install into the first that has one.
    const options = ['--prefix', folder, '--offline', '--no-audit', '--no-fund'];
    await npm(['install', ...options, await packed()], folder);
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
  return folder;
}

/** Ours, without what npm tells its scripts and without the settings of the program. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const passed = Object.entries(process.env).filter(([name]) => !/^(npm_|AGENT_REGISTRY_|NO_COLOR$)/.test(name));
  return Object.fromEntries(passed);
}

/** The archive that `npm pack` makes. It is kept for as long as nothing changes that it is made of: the build takes long. */
async function packed(): Promise<string> {
  const archive = join(CACHE, `${fingerprint()}.tgz`);
  if (existsSync(archive)) return archive;
  mkdirSync(CACHE, { recursive: true });
  const copy = mkdtempSync(join(CACHE, 'package-'));
  try {
    for (const folder of [PACKAGE, RULES])
      cpSync(folder, join(copy, basename(folder)), {
        recursive: true,
        filter: (path) => isPartOfPackage(basename(path)),
      });
    const output = await npm(['pack', '--json', '--pack-destination', copy], join(copy, basename(PACKAGE)));
    const [{ filename }] = JSON.parse(output) as [{ filename: string }];
    for (const old of readdirSync(CACHE)) if (old.endsWith('.tgz')) rmSync(join(CACHE, old), { force: true });
    renameSync(join(copy, filename), archive); // at once, should another test file do the same
  } finally {
    rmSync(copy, { recursive: true });
  }
  return archive;
}

function fingerprint(): string {
  const hash = createHash('sha256').update(process.version).update(readFileSync(COMPILER));
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).filter(({ name }) => isPartOfPackage(name))) {
      const path = join(folder, entry.name);
      hash.update(`${path}\n`);
      if (entry.isDirectory()) visit(path);
      else hash.update(readFileSync(path));
    }
  };
  visit(PACKAGE);
  visit(RULES);
  return hash.digest('hex').slice(0, 32);
}

function isPartOfPackage(name: string): boolean {
  return name !== 'test' && !/^dist(-|$)/.test(name) && !name.endsWith('.spec.ts');
}

async function npm(args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', args, { cwd, env: cleanEnvironment() });
  return stdout;
}
