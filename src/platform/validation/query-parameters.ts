import { rejectIfAny, type FieldError } from './domain-error';
import { unstorable } from './json-limits';
import { characterCount } from './rules';

/**
 * The query string of one request. Reading collects violations; {@link finish} refuses them all at once, together with
 * every parameter that was given but is not known.
 */
export class QueryParameters {
  readonly errors: FieldError[] = [];
  private readonly known = new Set<string>();

  constructor(private readonly search: URLSearchParams) {
    for (const [name, value] of search) {
      const violation = unstorable(name) ?? unstorable(value);
      if (violation) this.errors.push({ field: name, message: violation });
    }
  }

  static of(request: { originalUrl: string }): QueryParameters {
    const start = request.originalUrl.indexOf('?');
    return new QueryParameters(new URLSearchParams(start < 0 ? '' : request.originalUrl.slice(start + 1)));
  }

  /** All values of a parameter that may be repeated. Empty ones are violations. */
  many(name: string, maxLength: number): string[] {
    this.known.add(name);
    const values = this.search.getAll(name);
    for (const value of values) {
      if (value.length === 0) this.errors.push({ field: name, message: 'must not be empty' });
      else if (characterCount(value) > maxLength)
        this.errors.push({ field: name, message: `must not be longer than ${maxLength}` });
    }
    return values;
  }

  /** The value of a parameter that may be given once. */
  one(name: string, maxLength: number): string | undefined {
    const values = this.many(name, maxLength);
    if (values.length > 1) this.errors.push({ field: name, message: 'must not be given more than once' });
    return values[0];
  }

  /** The value of a parameter that may be given once and is checked by its reader, the empty one as well. */
  text(name: string): string | undefined {
    this.known.add(name);
    const values = this.search.getAll(name);
    if (values.length > 1) this.errors.push({ field: name, message: 'must not be given more than once' });
    return values[0];
  }

  /** Values out of a fixed list of words. */
  words<Word extends string>(name: string, words: readonly Word[]): Word[] {
    const values = this.many(name, 100) as Word[];
    const isWord = (value: Word): boolean => words.includes(value);
    if (!values.every(isWord)) this.errors.push({ field: name, message: `must be one of ${words.join(', ')}` });
    return values.filter(isWord);
  }

  /** A whole number in decimal digits. */
  integer(name: string, min: number, max: number, fallback: number): number {
    const text = this.one(name, 16);
    if (text === undefined) return fallback;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    this.errors.push({ field: name, message: `must be a whole number from ${min} to ${max}` });
    return fallback;
  }

  /**
   * Parameters named `<name>.<key>` or, as OpenAPI's `deepObject` writes them, `<name>[<key>]`, as key and value. A key that contains
   * `][` is of an object within the object, and refused; the form with the dot takes any key.
   */
  keyed(name: string, maxLength: number): [key: string, value: string][] {
    const values = new Map<string, string>();
    for (const parameter of new Set(this.search.keys())) {
      const key = keyIn(parameter, name);
      if (key === undefined) continue;
      const value = this.one(parameter, maxLength);
      if (parameter[name.length] === '[' && key.includes(']['))
        this.errors.push({ field: parameter, message: 'must name one key; what is inside of an object is no filter' });
      else if (values.has(key)) this.errors.push({ field: parameter, message: 'must not be given more than once' });
      else if (value !== undefined) values.set(key, value);
    }
    return [...values];
  }

  /** @throws DomainError `validation_failed` listing every violation */
  finish(): void {
    const unknown = [...new Set(this.search.keys())].filter((name) => !this.known.has(name));
    const refused = unknown.map((field) => ({ field, message: 'is not a parameter of this request' }));
    rejectIfAny([...this.errors, ...refused].map(({ field, message }) => ({ field: field || 'query', message })));
  }
}

function keyIn(parameter: string, name: string): string | undefined {
  if (!parameter.startsWith(name)) return undefined;
  const rest = parameter.slice(name.length);
  if (rest.startsWith('.') && rest.length > 1) return rest.slice(1);
  return rest.startsWith('[') && rest.endsWith(']') && rest.length > 2 ? rest.slice(1, -1) : undefined;
}
