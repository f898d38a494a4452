import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const PROGRAM = `
  require('./dist/service.js');
  const packages = Object.keys(require.cache).map((file) => /.*node_modules.((?:@[^/]+.)?[^/]+)/.exec(file)?.[1]);
  console.log(JSON.stringify([...new Set(packages)]));
  process.exit();`;

describe('the code of the service', () => {
  it('loads packages for Redis, the court and issuers of tokens only when the settings ask for them', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['--eval', PROGRAM], { cwd: ROOT, encoding: 'utf8' });
    expect(stderr).toBe('');
    const packages = JSON.parse(stdout) as string[];
    expect(packages).toEqual(expect.arrayContaining(['@nestjs/core', 'typeorm', 'pg']));
    expect(packages.filter((name) => /redis|^(?:jose|undici|cockatiel)$/.test(name))).toEqual([]);
  });
});
