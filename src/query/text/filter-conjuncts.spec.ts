import { conjunctsOf } from './filter-conjuncts';

describe('conjunctsOf', () => {
  it.each<[string, string[]]>([
    ['a', ['a']],
    ['a && b', ['a', 'b']],
    ['a&&b&&c', ['a', 'b', 'c']],
    ['(a && b) && c', ['a', 'b', 'c']],
    ['((a && (b)))', ['a', 'b']],
    ['(a) && (b)', ['a', 'b']],
    ['a || b', ['a || b']],
    ['a || b && c', ['a || b && c']],
    ['(a || b) && c', ['a || b', 'c']],
    ['a ? b : c && d', ['a ? b : c && d']],
    ['!(a && b) && c', ['!(a && b)', 'c']],
    ['f(a && b) && [a && b][0] && {"k": a && b}.k', ['f(a && b)', '[a && b][0]', '{"k": a && b}.k']],
    ['l.exists(x, x && y) && c', ['l.exists(x, x && y)', 'c']],
    ['a == "x && y" && b', ['a == "x && y"', 'b']],
    ["a == '''x' && y''' && b", ["a == '''x' && y'''", 'b']],
    [' a // && z\n && b // end', ['a', 'b']],
    ['(a) == (b) && c', ['(a) == (b)', 'c']],
    ['a - -b && c', ['a - -b', 'c']],
  ])('%j has the conditions %j, each at its place', (text, expected) => {
    const conjuncts = conjunctsOf(text);
    expect(conjuncts.map((each) => each.text)).toEqual(expected);
    for (const each of conjuncts) expect(text.startsWith(each.text, each.offset)).toBe(true);
  });
});
