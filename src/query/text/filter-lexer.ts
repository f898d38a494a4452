import { FilterError } from '../filter-error';
import { FILTER_LIMITS } from '../filter-limits';

/** A word of the expression. `operand`: a name or a literal. */
export interface Token {
  kind: 'operand' | 'prefix' | 'binary' | 'open' | 'close' | 'dot' | 'comma';
  text: string;
  offset: number;
  /** Of an opening bracket: it holds the arguments of a call, and so may be empty. */
  isCall?: boolean;
}

const SPACE = /(?:\s|\/\/[^\n]*)+/y;
const STRING =
  /(?:[rR][bB]?|[bB][rR]?)?(?:"""(?:[^\\]|\\[^])*?"""|'''(?:[^\\]|\\[^])*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/y;
const NUMBER = /(?:0[xX][\da-fA-F]+[uU]?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[uU]?|\.\d+(?:[eE][+-]?\d+)?)/y;
const NAME = /[A-Za-z_]\w*/y;
const OPERATOR = /&&|\|\||[=!<>]=|[<>+*/%?:-]|!/y;

/** What people write who come from another language. */
const OTHER_LANGUAGES = new Map([
  ['=', '=='],
  ['&', '&&'],
  ['|', '||'],
  ['AND', '&&'],
  ['and', '&&'],
  ['OR', '||'],
  ['or', '||'],
  ['NOT', '!'],
  ['not', '!'],
  ['LIKE', 'matches()'],
  ['like', 'matches()'],
]);

const CLOSING: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/**
 * The words of a text. Finds the first place at which a text cannot be an expression, before the parser looks at it: the parser says less exactly where it
 * gave up, and recurses as deep as the text is nested.
 * @throws FilterError
 */
export function checkedWords(text: string): Token[] {
  if ([...text].length > FILTER_LIMITS.characters) {
    throw new FilterError(`is longer than ${FILTER_LIMITS.characters} characters`, 0);
  }
  const open: Token[] = [];
  let isOperandDue = true;
  let last: Token | undefined;
  const tokens = tokensOf(text);
  for (const token of tokens) {
    isOperandDue = follow(token, last, isOperandDue, open);
    last = token;
  }
  if (last === undefined) throw new FilterError('is empty', 0);
  if (isOperandDue) throw new FilterError('ends where a value is expected', text.length);
  const unclosed = open.at(-1);
  if (unclosed) throw new FilterError(`${unclosed.text} is never closed`, unclosed.offset);
  return tokens;
}

/** Checks that a token may stand after `last`; returns whether a value must come next. */
function follow(token: Token, last: Token | undefined, isOperandDue: boolean, open: Token[]): boolean {
  const { kind, text, offset } = token;
  switch (kind) {
    case 'operand':
      if (!isOperandDue) {
        throw new FilterError(`an operator is expected before ${text}`, offset, OTHER_LANGUAGES.get(text));
      }
      return false;
    case 'prefix':
      // A minus after a value subtracts.
      if (!isOperandDue && text !== '-') throw new FilterError(`an operator is expected before ${text}`, offset);
      return true;
    case 'open':
      if (open.push(token) > FILTER_LIMITS.depth) {
        throw new FilterError(`is nested more than ${FILTER_LIMITS.depth} deep`, offset);
      }
      if (!isOperandDue && text === '{') throw new FilterError('an operator is expected before {', offset);
      return true;
    case 'close': {
      const opened = open.pop();
      if (!opened || CLOSING[opened.text] !== text) throw new FilterError(`${text} closes nothing`, offset);
      const isEmpty = last === opened && (text !== ')' || opened.isCall === true);
      const isTrailingComma = last?.kind === 'comma' && text !== ')';
      if (isOperandDue && !isEmpty && !isTrailingComma) {
        throw new FilterError(`a value is expected before ${text}`, offset);
      }
      return false;
    }
    default: // binary, comma, dot
      if (isOperandDue && !(kind === 'dot' && last === undefined)) {
        throw new FilterError(`a value is expected before ${text}`, offset);
      }
      return true;
  }
}

/** @throws FilterError where no word of the language begins */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = offset;
    return pattern.exec(text)?.[0];
  };
  while (offset < text.length) {
    const space = take(SPACE);
    if (space) {
      offset += space.length;
      continue;
    }
    const token = nextToken(take, text, offset, tokens.at(-1));
    tokens.push(token.text === '(' ? { ...token, isCall: tokens.at(-1)?.kind === 'operand' } : token);
    offset += token.text.length;
  }
  return tokens;
}

function nextToken(
  take: (pattern: RegExp) => string | undefined,
  text: string,
  offset: number,
  last: Token | undefined,
): Token {
  const string = take(STRING);
  if (string) return { kind: 'operand', text: string, offset };
  const character = text[offset]!;
  if (character === '"' || character === "'") throw new FilterError('this text is never closed', offset);
  const number = last?.kind === 'dot' ? undefined : take(NUMBER);
  if (number) return { kind: 'operand', text: number, offset };
  const name = take(NAME);
  if (name) return { kind: name === 'in' && last?.kind !== 'dot' ? 'binary' : 'operand', text: name, offset };
  if ('([{'.includes(character)) return { kind: 'open', text: character, offset };
  if (')]}'.includes(character)) return { kind: 'close', text: character, offset };
  if (character === '.') return { kind: 'dot', text: character, offset };
  if (character === ',') return { kind: 'comma', text: character, offset };
  const operator = take(OPERATOR);
  if (operator) return { kind: operator === '!' || operator === '-' ? 'prefix' : 'binary', text: operator, offset };
  const symbol = String.fromCodePoint(text.codePointAt(offset)!);
  throw new FilterError(`${symbol} means nothing here`, offset, OTHER_LANGUAGES.get(symbol));
}
