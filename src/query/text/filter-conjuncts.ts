import { tokensOf, type Token } from './filter-lexer';

/** One of the conditions of an expression that must all be true, as it stands in the text. */
export interface Conjunct {
  text: string;
  /** Code units from the beginning of the whole text. */
  offset: number;
}

/**
 * The conditions that `&&` joins at the top of a valid expression, without the brackets around them: an expression is true when each of
 * them is. One that is joined by anything else is its only condition.
 */
export function conjunctsOf(text: string): Conjunct[] {
  return split(tokensOf(text)).map((tokens) => {
    const [first, last] = [tokens[0]!, tokens.at(-1)!];
    return { text: text.slice(first.offset, last.offset + last.text.length), offset: first.offset };
  });
}

function split(tokens: Token[]): Token[][] {
  const inner = withoutBrackets(tokens);
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of inner) {
    if (token.kind === 'open') depth++;
    if (token.kind === 'close') depth--;
    const isJoining = depth === 0 && token.kind === 'binary';
    // These bind less than && does, so that no condition is at the top.
    if (isJoining && (token.text === '||' || token.text === '?')) return [inner];
    if (isJoining && token.text === '&&') parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts.length === 1 ? [inner] : parts.flatMap(split);
}

/** What stands in brackets that are around all of it. */
function withoutBrackets(tokens: Token[]): Token[] {
  if (tokens[0]?.text !== '(') return tokens;
  let depth = 0;
  const end = tokens.findIndex(({ kind }) => {
    if (kind === 'open') depth++;
    if (kind === 'close') depth--;
    return depth === 0;
  });
  return end === tokens.length - 1 ? withoutBrackets(tokens.slice(1, -1)) : tokens;
}
