import { parseCsv } from './csv.js';
import { UsageError } from './usage-error.js';

describe('parseCsv', () => {
  it.each<[string, string, [number, string[]][]]>([
    [
      'rows',
      'a,b\n1,2\n',
      [
        [1, ['a', 'b']],
        [2, ['1', '2']],
      ],
    ],
    [
      'no line end after the last row',
      'a\nb',
      [
        [1, ['a']],
        [2, ['b']],
      ],
    ],
    [
      'carriage returns before line feeds only',
      'a,b\r\n1\r,2\r\n',
      [
        [1, ['a', 'b']],
        [2, ['1\r', '2']],
      ],
    ],
    [
      'quoted commas, quotes and line feeds',
      '"a,""b""\nc",d\ne',
      [
        [1, ['a,"b"\nc', 'd']],
        [3, ['e']],
      ],
    ],
    [
      'empty cells',
      ',\n"",',
      [
        [1, ['', '']],
        [2, ['', '']],
      ],
    ],
    ['an empty last cell', 'a,', [[1, ['a', '']]]],
    ['blank lines', '\n \na\n\n', [[3, ['a']]]],
    ['a quoted cell that is blank', '"\n"\n', [[1, ['\n']]]],
    ['nothing', '', []],
  ])('reads %s', (_, text, records) => {
    expect([...parseCsv(text)].map(({ line, cells }) => [line, cells])).toEqual(records);
  });

  it.each([
    ['a quote that is never closed', 'a\n"b\nc', 'line 2'],
    ['a quote inside a plain cell', 'a\nb"c,d', 'line 2'],
    ['text after a closing quote', '"a"b\n', 'line 1'],
  ])('refuses %s, with its line', (_, text, place) => {
    expect(() => [...parseCsv(text)]).toThrow(UsageError);
    expect(() => [...parseCsv(text)]).toThrow(place);
  });

  it('reads a cell of megabytes', () => {
    const cell = `x""`.repeat(1_000_000);
    expect([...parseCsv(`"${cell}"`)][0]?.cells[0]).toHaveLength(2_000_000);
  });
});
