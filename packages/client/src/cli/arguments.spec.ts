import { commandIndex, parseArguments } from './arguments';
import type { Operand, Option } from './option';

const OPTIONS: readonly Option[] = [
  { name: 'url', value: 'URL', help: '' },
  { name: 'json', help: '' },
  { name: 'help', short: 'h', help: '' },
  { name: 'type', value: 'TYPE', repeatable: true, help: '' },
  { name: 'status', value: 'STATUS', choices: ['active', 'inactive'], help: '' },
  { name: 'limit', value: 'N', number: { min: 1, max: 1000, whole: true }, help: '' },
  { name: 'uptime', value: 'SECONDS', number: { min: 0 }, help: '' },
  { name: 'metadata', value: 'KEY=VALUE', repeatable: true, pair: true, help: '' },
];
const OPERANDS: readonly Operand[] = [{ name: 'ID' }, { name: 'STATUS', optional: true, choices: ['active'] }];

describe('parseArguments', () => {
  it('reads options wherever they stand, and operands in their order', () => {
    const args = parseArguments(
      ['--type', 'a', 'x', '--type=b', '--limit', '7', 'active', '--json', '--metadata', 'k=a=b', '--metadata', 'e='],
      OPTIONS,
      OPERANDS,
    );
    expect(args.operand('ID')).toBe('x');
    expect(args.optionalOperand('STATUS')).toBe('active');
    expect(args.list('type')).toEqual(['a', 'b']);
    expect(args.number('limit')).toBe(7);
    expect(args.flag('json')).toBe(true);
    expect(args.pairs('metadata')).toEqual({ k: 'a=b', e: '' });
  });

  it('says of what was not given that it was not', () => {
    const args = parseArguments(['x'], OPTIONS, OPERANDS);
    expect([args.text('url'), args.number('limit'), args.list('type'), args.pairs('metadata')]).toEqual(
      Array(4).fill(undefined),
    );
    expect([args.optionalOperand('STATUS'), args.flag('json'), args.has('url')]).toEqual([undefined, false, false]);
  });

  it('takes what follows -- as operands', () => {
    expect(parseArguments(['--', '--json'], OPTIONS, OPERANDS).operand('ID')).toBe('--json');
  });

  it.each([
    [['x', '--wrong'], 'there is no option --wrong'],
    [['x', '-w'], 'there is no option -w'],
    [['x', '--url'], '--url needs a value'],
    [['x', '--url', '--json'], '--url needs a value'],
    [['x', '--json=1'], '--json takes no value'],
    [['x', '--help=1'], '--help takes no value'],
    [['x', '--status', 'gone'], '--status must be one of active, inactive, not "gone"'],
    [['x', '--limit', '0'], '--limit must be a whole number from 1 to 1000, not "0"'],
    [['x', '--limit', '1.5'], '--limit must be a whole number from 1 to 1000, not "1.5"'],
    [['x', '--limit', ' '], '--limit must be a whole number from 1 to 1000, not " "'],
    [['x', '--uptime', '-1'], '--uptime needs a value'],
    [['x', '--uptime=-1'], '--uptime must be a number, 0 or more, not "-1"'],
    [['x', '--metadata', 'k'], '--metadata must be name=value, not "k"'],
    [['x', '--metadata', '=v'], '--metadata must be name=value, not "=v"'],
    [[], 'ID is missing'],
    [['x', 'gone'], 'STATUS must be one of active, not "gone"'],
    [['x', 'active', 'y'], 'there is nothing that "y" could be'],
  ])('refuses %j: %s', (args, message) => {
    expect(() => parseArguments(args, OPTIONS, OPERANDS)).toThrow(
      expect.objectContaining({ name: 'UsageError', message }),
    );
  });
});

describe('commandIndex', () => {
  it.each([
    [['list', '--type', 'a'], 0],
    [['--url', 'list', 'get', 'x'], 2],
    [['--url=list', '--json', 'get'], 2],
    [['--json'], -1],
    [[], -1],
  ])('finds the command of %j at %d', (args, index) => expect(commandIndex(args, OPTIONS)).toBe(index));
});
