import { GLOBAL_OPTIONS } from './global-options';
import { parseArguments } from './arguments';
import { SORT, sorted, sortingOf, type Sorting } from './sorting';

const from = (isFull: boolean, ...fields: string[]): Sorting[] => {
  const args = fields.map((field) => `--sort=${field}`);
  return sortingOf(parseArguments(args, [...GLOBAL_OPTIONS, SORT], []), isFull);
};

const AGENTS = [
  { id: 'a', version: '1.10.0', category: null, metadata: { tier: 2 } },
  { id: 'b', version: '1.9.0', category: 'x', metadata: {} },
  { id: 'c', version: '1.9.0', category: 'y', metadata: { tier: 10 } },
];

describe('sorted', () => {
  it.each<[string[], string]>([
    [['version'], 'bca'],
    [['version:asc'], 'bca'],
    [['version:desc'], 'abc'],
    [['version', 'id:desc'], 'cba'],
    [['category'], 'bca'], // what has none comes last,
    [['category:desc'], 'cba'], // in either order
    [['metadata.tier'], 'acb'],
    [['metadata.tier:desc'], 'cab'],
    [[], 'abc'],
  ])('by %j', (fields, order) => {
    expect(
      sorted(AGENTS, from(true, ...fields))
        .map(({ id }) => id)
        .join(''),
    ).toBe(order);
  });
});

describe('sortingOf', () => {
  it.each(['colour', 'name:up', 'name:', ':desc', '', 'metadata', 'metadata.', 'health.status:'])(
    'refuses %j',
    (field) => {
      expect(() => from(true, field)).toThrow('--sort must be one of id, name');
    },
  );

  it('knows fields of whole records where they are read', () => {
    expect(from(true, 'health.status')).toEqual([{ field: 'health.status', isDescending: false }]);
    expect(() => from(false, 'health.status')).toThrow('with --full also others');
  });
});
