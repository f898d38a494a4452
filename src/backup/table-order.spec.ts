import { inOrder } from './table-order';

const to = (...pairs: string[]): { from: string; to: string }[] =>
  pairs.map((pair) => ({ from: pair[0]!, to: pair[1]! }));

it.each([
  ['nothing refers', to(), 'abc'],
  ['a chain', to('ab', 'bc'), 'cba'],
  ['itself', to('aa'), 'abc'],
  ['outside', to('ax'), 'abc'],
  ['two of one', to('ac', 'bc'), 'cab'],
])('%s', (_, references, expected) => {
  expect(inOrder(['c', 'b', 'a'], references).join('')).toBe(expected);
});

it('says that there is a circle', () => {
  expect(() => inOrder(['a', 'b', 'c'], to('ab', 'ba'))).toThrow('a, b');
});
