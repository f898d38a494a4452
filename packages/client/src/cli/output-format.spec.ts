import { csvLine, csvLines, flatten } from './output-format';

describe('flatten', () => {
  it('has a cell for each value, by its path', () => {
    const record = {
      id: 'a',
      none: null,
      n: 0,
      on: false,
      list: ['x', 'y'],
      empty: [],
      deep: { a: { b: 1 }, nothing: {} },
      odd: ['x;y'],
      mixed: ['x', { a: 1 }],
    };
    expect(Object.fromEntries(flatten(record))).toEqual({
      id: 'a',
      none: '',
      n: '0',
      on: 'false',
      list: 'x;y',
      empty: '',
      'deep.a.b': '1',
      odd: '["x;y"]',
      mixed: '["x",{"a":1}]',
    });
  });
});

describe('csvLine', () => {
  it.each([
    [['a', 'b'], 'a,b'],
    [['a,b', '', 'c"d'], '"a,b",,"c""d"'],
    [['two\nlines', 'carriage\rreturn', ' spaces '], '"two\nlines","carriage\rreturn", spaces '],
  ])('writes %j', (cells, line) => {
    expect(csvLine(cells)).toBe(line);
  });
});

describe('csvLines', () => {
  it('has the columns of all records, in the order in which they come up', () => {
    const records = [
      { a: 1, m: { x: 'p' } },
      { a: 2, b: 3 },
    ];
    expect(csvLines(records)).toEqual(['a,m.x,b', '1,p,', '2,,3']);
  });

  it('is nothing when there is no record', () => {
    expect(csvLines([])).toEqual([]);
  });
});
