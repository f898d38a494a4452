import { FILTER_LIMITS } from './filter-limits';

/** Classes of RE2, whose letters, digits and spaces are those of ASCII. PostgreSQL's own are those of its locale. */
const CLASSES: Record<string, string> = { d: '0-9', w: '0-9A-Za-z_', s: '\\t\\n\\f\\r ' };
const CONTROLS: Record<string, string> = { t: '\\t', n: '\\n', r: '\\r', f: '\\f', v: '\\v' };
const PUNCTUATION = /[!-/:-@[-`{-~]/;

/**
 * A regular expression of RE2 as one of PostgreSQL that matches the same texts. Takes what both can say: RE2's classes are written
 * out, `.` as everything but a line's end, and lazy repetitions as greedy ones, which match the same texts.
 * @throws Error that says what is not taken
 */
export function postgresPattern(pattern: string): string {
  if (pattern.length > FILTER_LIMITS.patternCharacters) {
    throw new Error(`is longer than ${FILTER_LIMITS.patternCharacters} characters`);
  }
  return new Translation(pattern).result();
}

class Translation {
  private at = 0;

  constructor(private readonly pattern: string) {}

  result(): string {
    const { sql, size } = this.alternatives();
    if (this.at < this.pattern.length) throw new Error('has a ) that closes nothing');
    if (size > FILTER_LIMITS.patternSize) throw new Error('repeats too much');
    // "***" at the beginning would choose another syntax.
    return `(?:${sql})`;
  }

  private alternatives(): Part {
    let { sql, size } = this.sequence();
    while (this.pattern[this.at] === '|') {
      this.at++;
      const next = this.sequence();
      sql += `|${next.sql}`;
      size += next.size;
    }
    return { sql, size };
  }

  private sequence(): Part {
    let sql = '';
    let size = 0;
    while (this.at < this.pattern.length && !'|)'.includes(this.pattern[this.at]!)) {
      const part = this.repeated(this.atom());
      sql += part.sql;
      size += part.size;
    }
    return { sql: sql || '(?:)', size };
  }

  private repeated(atom: Part & { isAssertion?: boolean }): Part {
    const [repetition] = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(this.pattern.slice(this.at)) ?? [];
    if (repetition === undefined) {
      if (/[*+?{]/.test(this.pattern[this.at] ?? '')) throw new Error(`repeats nothing at ${this.pattern[this.at]}`);
      return atom;
    }
    if (atom.isAssertion) throw new Error('repeats ^ or $');
    this.at += repetition.length;
    if (/[*+?{]/.test(this.pattern[this.at] ?? '')) throw new Error('repeats a repetition');
    const counts = /\d+/g;
    const most = Math.max(1, ...(repetition.match(counts) ?? []).map(Number));
    const [least = 0, top = Infinity] = (repetition.match(counts) ?? []).map(Number);
    if (most > 100) throw new Error('repeats more than 100 times');
    if (least > top) throw new Error('has a repetition that ends before it begins');
    return { sql: atom.sql + repetition.replace(/\?$/, repetition.length > 1 ? '' : '?'), size: atom.size * most };
  }

  private atom(): Part & { isAssertion?: boolean } {
    const character = this.next();
    switch (character) {
      case '(':
        return this.group();
      case '[':
        return { sql: this.bracket(), size: 1 };
      case '.':
        return { sql: '[^\\n]', size: 1 };
      case '^':
      case '$':
        return { sql: character, size: 1, isAssertion: true };
      case '\\':
        return { sql: this.escape(), size: 1 };
      case '*':
      case '+':
      case '?':
        throw new Error(`repeats nothing at ${character}`);
      case '{':
      case '}':
      case ']':
        return { sql: `\\${character}`, size: 1 };
      default:
        return { sql: character, size: 1 };
    }
  }

  private group(): Part {
    if (this.pattern.startsWith('?:', this.at)) this.at += 2;
    else if (this.pattern[this.at] === '?') throw new Error('has a group that is not supported: (?: … ) is');
    const { sql, size } = this.alternatives();
    if (this.next() !== ')') throw new Error('has a group that is not closed');
    return { sql: `(?:${sql})`, size };
  }

  private escape(): string {
    const escaped = this.next();
    const lower = escaped.toLowerCase();
    if (CLASSES[lower] !== undefined) return escaped === lower ? `[${CLASSES[lower]}]` : `[^${CLASSES[lower]}]`;
    if (CONTROLS[escaped] !== undefined) return CONTROLS[escaped];
    if (PUNCTUATION.test(escaped)) return /[A-Za-z0-9_]/.test(escaped) ? escaped : `\\${escaped}`;
    throw new Error(`has \\${escaped}, which is not supported`);
  }

  private bracket(): string {
    let sql = '[';
    if (this.pattern[this.at] === '^') {
      sql += '^';
      this.at++;
    }
    for (let isFirst = true; ; isFirst = false) {
      const character = this.next();
      if (character === ']' && !isFirst) return `${sql}]`;
      if (character === '[' && /[:.=]/.test(this.pattern[this.at] ?? ''))
        throw new Error('has [: :], which is not supported');
      sql += this.range(this.member(character));
    }
  }

  /** The member of a bracket, with the end of its range if it has one. */
  private range(start: string): string {
    if (this.pattern[this.at] !== '-' || this.pattern[this.at + 1] === ']') return start;
    this.at++;
    const end = this.member(this.next());
    if (isClass(start) || isClass(end)) throw new Error('has a range from or to a class');
    if (codeOf(start) > codeOf(end)) throw new Error('has a range that ends before it begins');
    return `${start}-${end}`;
  }

  private member(character: string): string {
    if (character !== '\\') return PUNCTUATION.test(character) && character !== '_' ? `\\${character}` : character;
    const escaped = this.next();
    if (CLASSES[escaped] !== undefined) return CLASSES[escaped];
    if (CONTROLS[escaped] !== undefined) return CONTROLS[escaped];
    if (PUNCTUATION.test(escaped)) return escaped === '_' ? escaped : `\\${escaped}`;
    throw new Error(`has \\${escaped} in brackets, which is not supported`);
  }

  private next(): string {
    if (this.at >= this.pattern.length) throw new Error('ends too early');
    const character = String.fromCodePoint(this.pattern.codePointAt(this.at)!);
    this.at += character.length;
    return character;
  }
}

interface Part {
  sql: string;
  size: number;
}

function isClass(member: string): boolean {
  return Object.values(CLASSES).includes(member);
}

function codeOf(member: string): number {
  const control = Object.entries(CONTROLS).find(([, escape]) => escape === member)?.[0];
  if (control !== undefined) return { t: 9, n: 10, r: 13, f: 12, v: 11 }[control]!;
  return member.codePointAt(member.length > 1 && member.startsWith('\\') ? 1 : 0)!;
}
