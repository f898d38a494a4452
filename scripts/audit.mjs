// npm run check -- audit: known vulnerabilities, high or critical, of the packages that the product is made of. Where the registry cannot
// be asked (no network, or a mirror that knows of no advisories), that is said and no failure.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const args = ['audit', '--omit=dev', '--audit-level=high', '--json', '--fetch-retries=0', '--fetch-timeout=60000'];
const { stdout, stderr, error } = spawnSync('npm', args, {
  cwd: ROOT,
  encoding: 'utf8',
  shell: process.platform === 'win32',
});
const report = parsed(stdout);

if (!report?.vulnerabilities) {
  const reason = report?.message ?? error?.message ?? (stderr ?? '').trim().split('\n')[0];
  console.log(`note: the packages were not audited: ${reason}`);
} else {
  const serious = Object.values(report.vulnerabilities).filter(({ severity }) =>
    ['high', 'critical'].includes(severity),
  );
  for (const { name, severity, via, range } of serious) {
    const causes = via.map((each) => (typeof each === 'string' ? `by ${each}` : `${each.title} ${each.url}`));
    console.error(`${severity}: ${name} ${range}: ${causes.join('; ')}`);
  }
  process.exitCode = serious.length > 0 ? 1 : 0;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
