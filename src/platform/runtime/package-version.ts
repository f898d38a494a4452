import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of the service: the one place where it is written is `package.json`. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(__dirname, '../../../package.json'), 'utf8')) as { version: string };
  return version;
}
