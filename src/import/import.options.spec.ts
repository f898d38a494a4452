import { ImportError } from './import.error';
import { parseImportOptions } from './import.options';

describe('parseImportOptions', () => {
  it('reads everything', () => {
    const args = ['--url', 'https://host/registry', '--token', 't', '--format', 'ndjson', '--dry-run', '--json', '-'];
    expect(parseImportOptions(args)).toEqual({
      file: '-',
      url: new URL('https://host/registry'),
      token: 't',
      format: 'ndjson',
      dryRun: true,
      json: true,
    });
  });

  it('has defaults', () => {
    expect(parseImportOptions(['a.csv'])).toEqual({ file: 'a.csv', dryRun: false, json: false });
    expect(parseImportOptions(['a.csv', '-h'])).toBe('help');
  });

  it.each([
    [[]],
    [['']],
    [['a', 'b']],
    [['--nope', 'a']],
    [['--format', 'xml', 'a']],
    [['--url', 'host:80', 'a']],
    [['--url', 'ftp://host', 'a']],
    [['--url', 'http://u:p@host', 'a']],
    [['--token', 't', 'a']],
    [['--url', 'http://host', '--token', 'a b', 'a']],
    [['--dry-run=x', 'a']],
  ])('refuses %j', (args: string[]) => {
    expect(() => parseImportOptions(args)).toThrow(ImportError);
  });
});
