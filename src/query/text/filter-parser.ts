import { parse } from '@bufbuild/cel';
import type { Expr, ParsedExpr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { LRUCache } from 'lru-cache';
import { FilterError } from '../filter-error';
import { checkedWords, type Token } from './filter-lexer';

export type Parsed = ParsedExpr & { expr: Expr };

/**
 * What the library has parsed with marks in the place of texts. Programs ask the same with another name or id each time, and to put that
 * in its place costs a third of parsing it, and a tenth while the parser is not compiled yet. Bounded by the length of the texts, since
 * what is parsed takes a hundred times as much memory and has not been checked.
 */
const shapes = new LRUCache<string, Parsed>({
  max: 500,
  maxSize: 100_000,
  sizeCalculation: (_, shape) => shape.length,
});

/** A literal whose content is its value. */
const PLAIN = /^(?:"[^"\\\r\n]*"|'[^'\\\r\n]*')$/;
const QUOTED = /["']$/;

/**
 * Parses an expression.
 * @throws FilterError
 */
export function parsedFilter(text: string): Parsed {
  const literals = checkedWords(text).filter((token) => QUOTED.test(token.text));
  if (!literals.every((token) => PLAIN.test(token.text)) || !text.isWellFormed()) return parsed(text);
  const shape = shapeOf(text, literals);
  let known = shapes.get(shape);
  if (!known) {
    try {
      known = parse(shape);
    } catch {
      return parsed(text); // which says where it is wrong
    }
    shapes.set(shape, known);
  }
  return filled(known, literals);
}

function parsed(text: string): Parsed {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof RangeError) throw new FilterError('is nested too deeply', 0);
    const { location, rawMessage, message } = error as Error & ParseDetails;
    throw new FilterError(rawMessage ?? message, location?.start.offset ?? 0);
  }
}

/** What the parser says of an error beside its message. */
interface ParseDetails {
  location?: { start: { offset: number } };
  rawMessage?: string;
}

/** Stands for the first literal, the next character for the second. All literals are replaced, so that nothing else is equal to one. */
const FIRST_MARK = 0xe000;
/** Code units of a mark between quotes. */
const MARK_LENGTH = 3;

function shapeOf(text: string, literals: readonly Token[]): string {
  let shape = '';
  let end = 0;
  literals.forEach((literal, index) => {
    shape += `${text.slice(end, literal.offset)}"${String.fromCharCode(FIRST_MARK + index)}"`;
    end = literal.offset + literal.text.length;
  });
  return shape + text.slice(end);
}

/** A copy with the values of the literals for the marks, and the places of their text. */
function filled(shape: Parsed, literals: readonly Token[]): Parsed {
  const values = literals.map(({ text }) => text.slice(1, -1));
  const copy = withValues(shape, values) as Parsed;
  let longer = 0;
  const ends = literals.map(({ offset, text }) => {
    const begin = offset - longer;
    longer += text.length - MARK_LENGTH;
    return { begin, longer };
  });
  const { positions } = copy.sourceInfo!;
  for (const [id, place] of Object.entries(positions)) {
    positions[id] = place + (ends.findLast(({ begin }) => begin < place)?.longer ?? 0);
  }
  return copy;
}

function withValues(node: unknown, values: readonly string[]): unknown {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return node;
  if (Array.isArray(node)) return node.map((item) => withValues(item, values));
  const members = node as Record<string, unknown>;
  if (members['case'] === 'stringValue') {
    return { case: 'stringValue', value: values[(members['value'] as string).charCodeAt(0) - FIRST_MARK] };
  }
  const copy: Record<string, unknown> = {};
  for (const name in members) copy[name] = withValues(members[name], values);
  return copy;
}
