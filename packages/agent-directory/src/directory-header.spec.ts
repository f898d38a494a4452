import { readHeader } from './directory-header';

describe('readHeader', () => {
  it.each([
    [
      ['agent_id', ' b ', '', ' '],
      ['agent_id', 'b', 'column_3', 'column_4'],
    ],
    [
      ['x', 'agent_name'],
      ['x', 'agent_name'],
    ],
    [['id'], ['id']],
    [['name'], ['name']],
    [['id', 'b', 'b '], 'names the column "b" twice'],
    [['agent_id;b'], 'has no agent_id and no agent_name (columns are separated by commas)'],
    [[''], 'has no agent_id and no agent_name (columns are separated by commas)'],
  ])('%j', (cells, columns) => expect(readHeader(cells)).toEqual(columns));
});
