import { palette } from './color';
import { relativeTime } from './relative-time';
import { formatTable, formatTabbed } from './table';
import { fit, printable, textWidth } from './text-width';

const COLUMNS = [{ title: 'ID', min: 4 }, { title: 'STATUS' }, { title: 'NAME', min: 6 }];
const row = (...texts: string[]) => texts.map((text) => ({ text }));

describe('formatTable', () => {
  it('aligns columns, and pads the last one with nothing', () => {
    expect(formatTable(COLUMNS, [row('a', 'active', 'Ann'), row('bcd', 'inactive', 'Bo')], 80)).toEqual([
      'ID   STATUS    NAME',
      'a    active    Ann',
      'bcd  inactive  Bo',
    ]);
  });

  it('takes what does not fit from the widest columns that may shrink', () => {
    const lines = formatTable(COLUMNS, [row('agent-0123456789', 'active', 'a long name')], 26);
    expect(lines).toEqual(['ID        STATUS  NAME', 'agent-0…  active  a long …']);
    expect(lines.every((line) => textWidth(line) <= 26)).toBe(true);
  });

  it('goes below no minimum: then the lines are longer', () => {
    expect(formatTable(COLUMNS, [row('agent-0123456789', 'active', 'a long name')], 5)[1]).toBe('age…  active  a lon…');
  });

  it('paints text and not what is between', () => {
    const painted = [{ text: 'x' }, { text: 'up', paint: (text: string) => `<${text}>` }, { text: 'y' }];
    expect(formatTable(COLUMNS, [painted], 80)[1]).toBe('x   <up>      y');
  });

  it('counts columns of the terminal, not characters', () => {
    const [, wide, plain] = formatTable(COLUMNS, [row('注册表', 'x', 'n'), row('abcdef', 'x', 'n')], 80);
    expect(wide).toBe('注册表  x       n');
    expect(plain).toBe('abcdef  x       n');
  });
});

describe('formatTabbed', () => {
  it('gives each row a line and each cell a field, whatever is in it', () => {
    expect(formatTabbed([row('a', 'two\tand\nthree', 'x'.repeat(300))])).toEqual([
      `a\ttwo and three\t${'x'.repeat(300)}`,
    ]);
  });
});

describe('printable', () => {
  it.each([
    ['an escape sequence', '\u001b[31mred\u001b]0;title\u0007', '\ufffd[31mred\ufffd]0;title\ufffd'],
    ['a one-byte control sequence introducer', '\u009b2J', '\ufffd2J'],
    ['an override of the writing direction', 'a\u202egnp', 'a\ufffdgnp'],
    ['line ends', 'a\r\nb', 'a b'],
    ['plain text', 'Ärzte 注册 👩‍🚀', 'Ärzte 注册 👩‍🚀'],
  ])('makes %s harmless', (_, text, shown) => expect(printable(text)).toBe(shown));
});

describe('textWidth and fit', () => {
  it.each([
    ['abc', 3],
    ['e\u0301', 1],
    ['注册', 4],
    ['👩‍🚀', 2],
    ['', 0],
  ])('%j is %d wide', (text, width) => expect(textWidth(text)).toBe(width));

  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['注册表', 5, '注册…'],
    ['注册表', 4, '注…'],
    ['abc', 0, ''],
  ])('%j in %d columns is %j', (text, columns, cut) => expect(fit(text, columns)).toBe(cut));
});

describe('relativeTime', () => {
  const now = new Date('2026-10-08T12:00:00.000Z');
  it.each([
    ['2026-10-08T12:00:00.000Z', 'now'],
    ['2026-10-08T12:00:05.000Z', 'now'],
    ['2026-10-08T11:59:00.001Z', '59s ago'],
    ['2026-10-08T11:59:00.000Z', '1m ago'],
    ['2026-10-08T10:00:01.000Z', '1h ago'],
    ['2026-10-05T12:00:00.000Z', '3d ago'],
  ])('%s was %s', (time, told) => expect(relativeTime(time, now)).toBe(told));
});

describe('palette', () => {
  it.each([
    [true, {}, '\u001b[32mx\u001b[0m'],
    [true, { NO_COLOR: '' }, '\u001b[32mx\u001b[0m'],
    [true, { NO_COLOR: '1' }, 'x'],
    [true, { TERM: 'dumb' }, 'x'],
    [false, {}, 'x'],
  ])('on a terminal (%s) with %j paints %j', (isTerminal, environment, painted) => {
    expect(palette(isTerminal, environment).green('x')).toBe(painted);
  });
});
