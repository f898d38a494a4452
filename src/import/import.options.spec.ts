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
      offline: false,
      dryRun: true,
      json: true,
    });
  });

  it('has defaults', () => {
    expect(parseImportOptions(['a.csv'])).toEqual({ file: 'a.csv', offline: false, dryRun: false, json: false });
    expect(parseImportOptions(['a.csv', '-h'])).toBe('help');
  });

  it('takes --offline for a database', () => {
    expect(parseImportOptions(['a.csv', '--offline'])).toMatchObject({ offline: true });
  });

  it('takes the token of the environment to a service only, and the given one first', () => {
    expect(parseImportOptions(['a.csv'], 'env')).toMatchObject({ token: undefined });
    expect(parseImportOptions(['a.csv', '--url', 'http://host'], 'env')).toMatchObject({ token: 'env' });
    expect(parseImportOptions(['a.csv', '--url', 'http://host', '--token', 't'], 'env')).toMatchObject({ token: 't' });
    expect(() => parseImportOptions(['a.csv', '--url', 'http://host'], 'a b')).toThrow(ImportError);
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
    [['--offline', '--url', 'http://host', 'a']],
    [['--dry-run=x', 'a']],
  ])('refuses %j', (args: string[]) => {
    expect(() => parseImportOptions(args)).toThrow(ImportError);
  });
});
