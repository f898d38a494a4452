import { DomainError } from '../platform/validation/domain-error';

/** What is wrong with an expression, and where. */
export class FilterError extends Error {
  constructor(
    message: string,
    /** Code units from the beginning of the text. */
    readonly offset: number,
    /** What was probably meant in the place of what stands there. */
    readonly suggestion?: string,
  ) {
    super(message);
  }
}

/** The place of a code unit in a text; line and column count from 1. */
export function placeIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: [...before.at(-1)!].length + 1 };
}

/** The 400 for an expression that `field` of a request holds. */
export function invalidFilter(field: string, text: string, { message, offset, suggestion }: FilterError): DomainError {
  const { line, column } = placeIn(text, offset);
  const hint = suggestion === undefined ? '' : ` (did you mean ${suggestion}?)`;
  return new DomainError('invalid', 'invalid_filter', `${field}, line ${line}, column ${column}: ${message}${hint}`, {
    errors: [{ field, message, line, column, ...(suggestion !== undefined && { suggestion }) }],
  });
}

/** The 400 for an expression that the database could not finish in its time. */
function filterTooSlow(field: string, cause: unknown): DomainError {
  const message = 'takes too long to work out: add a comparison that an index serves, see docs/filters.md';
  return new DomainError('invalid', 'invalid_filter', `${field} ${message}`, {
    errors: [{ field, message, line: 1, column: 1 }],
    cause,
  });
}

/** The same error, unless the database has given up on a statement with the expression of `field`: that is to be changed, not repeated. */
export function slowFilterError(field: string, error: unknown): unknown {
  return error instanceof DomainError && error.code === 'query_timeout' ? filterTooSlow(field, error) : error;
}

const MISSPELT = 'agent.stauts == "active"';

/** What every route can answer that takes an expression, for OpenAPI. */
export const FILTER_PROBLEM: DomainError = invalidFilter(
  'filter',
  MISSPELT,
  new FilterError('agent.stauts is unknown', 'agent.'.length, 'agent.status'),
);
