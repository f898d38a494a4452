import { Comparator, Range, satisfies as semverSatisfies } from 'semver';

/** Semantic versions, in full, whose numbers are exact in every reader. */
const VERSION = String.raw`v?(0|[1-9]\d{0,14})\.(0|[1-9]\d{0,14})\.(0|[1-9]\d{0,14})(?:-((?:0|[1-9]\d{0,14}|\d*[a-zA-Z-][a-zA-Z0-9-]*)(?:\.(?:0|[1-9]\d{0,14}|\d*[a-zA-Z-][a-zA-Z0-9-]*))*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?`;
const WHOLE_VERSION = new RegExp(`^${VERSION}$`);

/** A range of versions, as package managers write it: `^2.1 || >=3.4.1`. */
export interface SemverRange {
  text: string;
  /** The same for ranges that are written differently and mean the same comparisons. */
  canonical: string;
  /** One of these holds in all its comparisons. */
  alternatives: VersionComparison[][];
}

interface VersionComparison {
  operator: '' | '=' | '<' | '<=' | '>' | '>=';
  numbers: [major: number, minor: number, patch: number];
  /** Empty for a release. */
  prerelease: readonly (string | number)[];
}

/** @throws Error that says what is wrong */
export function semverRange(text: string): SemverRange {
  let range: Range;
  try {
    range = new Range(text);
  } catch {
    throw new Error(`${JSON.stringify(text)} is no range of versions, such as "^2.1 || >=3.4.1"`);
  }
  const alternatives = range.set.map((comparators) => comparators.flatMap(comparisonOf));
  return { text, canonical: range.range, alternatives };
}

function comparisonOf(comparator: Comparator): VersionComparison[] {
  const { semver, operator } = comparator;
  if (!(semver instanceof Object) || semver.major === undefined) return []; // any version
  return [{ operator, numbers: [semver.major, semver.minor, semver.patch], prerelease: semver.prerelease }];
}

/** Whether a text is a version in the range. A text that is no version is in none. */
export function satisfies(version: string, { text }: SemverRange): boolean {
  return WHOLE_VERSION.test(version) && semverSatisfies(version, text);
}

/**
 * {@link satisfies} over a text in SQL. A prerelease is in the range only when a comparison of the same alternative names a prerelease of
 * the same three numbers, as package managers have it.
 */
export function satisfiesSql(
  text: string,
  { alternatives }: SemverRange,
  parameter: (value: unknown, type: string) => string,
): string {
  const pattern = parameter(`^${VERSION}$`, 'text');
  const alternative = alternatives.map((comparisons) => alternativeSql(comparisons, parameter)).join(' OR ');
  return `(SELECT CASE WHEN p IS NULL THEN false ELSE ${alternative} END
             FROM (SELECT regexp_match(${text}, ${pattern}) AS p OFFSET 0) version
            CROSS JOIN LATERAL (SELECT ARRAY[p[1]::numeric, p[2]::numeric, p[3]::numeric] AS n, ${prereleaseSql('p[4]')} AS pre OFFSET 0) parts)`;
}

function alternativeSql(comparisons: VersionComparison[], parameter: (value: unknown, type: string) => string): string {
  const inOrder = comparisons.map((comparison) => comparisonSql(comparison, parameter));
  const ofSameNumbers = comparisons
    .filter(({ prerelease }) => prerelease.length > 0)
    .map(({ numbers }) => `n = ${parameter(numbers, 'numeric[]')}`);
  const mayBePrerelease = ['pre IS NULL', ...ofSameNumbers].join(' OR ');
  return `(${[...inOrder, `(${mayBePrerelease})`].join(' AND ')})`;
}

/** A release comes after all its prereleases. */
function comparisonSql(
  { operator, numbers, prerelease }: VersionComparison,
  parameter: (value: unknown, type: string) => string,
): string {
  const n = parameter(numbers, 'numeric[]');
  const other = prerelease.length === 0 ? AFTER_ALL : prereleaseKey(prerelease);
  const key = `coalesce(pre, ${parameter(AFTER_ALL, 'text')}) COLLATE "C"`;
  const symbol = operator === '' ? '=' : operator;
  if (symbol === '=') return `(n = ${n} AND ${key} = ${parameter(other, 'text')})`;
  return `(n ${symbol[0]} ${n} OR (n = ${n} AND ${key} ${symbol} ${parameter(other, 'text')}))`;
}

/** Sorts after every key of a prerelease. */
const AFTER_ALL = '~';

/**
 * A text that sorts, byte by byte, as the prerelease does: numbers by their value and before words, a shorter list before a longer
 * one that begins with it.
 */
function prereleaseKey(identifiers: readonly (string | number)[]): string {
  return identifiers
    .map((identifier) =>
      typeof identifier === 'number' ? `0${String(identifier).padStart(15, '0')}` : `1${identifier}`,
    )
    .join('!');
}

function prereleaseSql(text: string): string {
  return `(SELECT string_agg(CASE WHEN part ~ '^[0-9]+$' THEN '0' || lpad(part, 15, '0') ELSE '1' || part END, '!' ORDER BY place)
             FROM unnest(string_to_array(${text}, '.')) WITH ORDINALITY AS identifiers(part, place))`;
}
