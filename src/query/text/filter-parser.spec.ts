import { parse } from '@bufbuild/cel';
import * as fc from 'fast-check';
import { FilterError } from '../filter-error';
import { Random } from '../../../test/support/random';
import { randomFilter } from '../../../test/support/random-filters';
import { parsedFilter } from './filter-parser';

const places = (text: string): unknown => Object.fromEntries(Object.entries(parse(text).sourceInfo!.positions));

describe('parsedFilter', () => {
  it.each([
    'agent.name == "a"',
    'agent.name == ""',
    `agent.name == 'it is "x"' && agent.type in ["x", 'y', "\ue000", "\ue001"]`,
    'agent.capabilities.exists(c, c == "x" && c.startsWith("yyyyyy")) || has(agent.metadata.a)',
    'agent.metadata["key"] == {"a": ["b", 1]} && "long enough" in agent.metadata',
    'agent.name == "\u2028😀" && agent.name != "b"',
    'agent.name == "a\\n" && agent.type == "b"',
    'agent.name == """a""" && agent.type == "b"',
    'agent.name == r"a" && agent.type == b"b"',
    '"a".size() == 1 ? "b" == "c" : -1 < size("d")',
  ])('gives for %j what the library gives, with the same places', (text) => {
    for (const _ of ['parsed', 'out of what was parsed before']) {
      const parsed = parsedFilter(text);
      expect(parsed).toEqual(parse(text));
      expect(parsed.sourceInfo!.positions).toEqual(places(text));
    }
  });

  it('gives the same for random expressions, whose texts are others each time', () => {
    const random = new Random(42);
    const word = (): string => random.pick(['', 'x', "it's", 'é😀', '\ue000', 'a // b', ') && (', 'long '.repeat(9)]);
    for (let n = 0; n < 400; n++) {
      const shape = randomFilter(random);
      for (let again = 0; again < 2; again++) {
        const text = shape.replaceAll(/"[^"\\]*"/g, () => JSON.stringify(word()));
        const [ours, library] = [outcome(() => parsedFilter(text)), outcome(() => parse(text))];
        expect({ text, parsed: ours }).toEqual({ text, parsed: library });
      }
    }
  });

  it('takes any text for the same value as the library, or refuses it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('"', "'"), (content, quote) => {
        const text = `agent.name == ${quote}${content}${quote} || agent.name == "x"`;
        const ours = outcome(() => parsedFilter(text));
        if (ours !== undefined) expect(ours).toEqual(parse(text));
      }),
    );
  });

  it('says where an expression is wrong in its own text', () => {
    const error = (text: string): FilterError => {
      try {
        parsedFilter(text);
      } catch (thrown) {
        return thrown as FilterError;
      }
      throw new Error('was not refused');
    };
    const text = 'agent.name == "a rather long text" && agent.if == "x" && while';
    expect(error(text)).toBeInstanceOf(FilterError);
    expect(error(text).offset).toBe(text.indexOf('while'));
  });
});

/** Undefined where it is refused. */
function outcome(ask: () => unknown): unknown {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
