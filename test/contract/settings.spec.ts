import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Configuration } from '../../src/platform/config/configuration';
import { loadConfiguration } from '../../src/platform/config/load-configuration';

const README = readFileSync(join(__dirname, '../../README.md'), 'utf8');
const rows = README.split('\n').filter((line) => line.startsWith('| `'));

describe('the settings in README.md', () => {
  const settings = Object.getOwnPropertyNames(loadConfiguration({})).filter((name) => !name.startsWith('OTEL_'));

  it('are all that there are', () => {
    expect(settings.length).toBeGreaterThan(40);
    expect(settings.filter((name) => !README.includes(`\`${name}`))).toEqual([]);
  });

  it.each(settings.filter((name) => typeof new Configuration()[name as keyof Configuration] === 'number'))(
    '%s has the default that is written there',
    (name) => {
      const value = new Configuration()[name as keyof Configuration] as number;
      const cell = rows.find((row) => row.split('|')[1]!.includes(`\`${name}\``))?.split('|')[2] ?? '';
      const written = [...cell.matchAll(/([\d,]+(?:\.\d+)?)( MiB)?/g)].map(
        ([, digits, unit]) => Number(digits!.replaceAll(',', '')) * (unit ? 2 ** 20 : 1),
      );
      expect(written).toContain(value);
    },
  );
});
