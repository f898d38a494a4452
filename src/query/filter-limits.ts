/** What an expression may be at most. Together they bound the work that it can make for one agent. */
export const FILTER_LIMITS = {
  /** Characters of its text. */
  characters: 2048,
  /** Brackets within brackets. */
  depth: 40,
  /** Operators, calls, names and literals. */
  nodes: 200,
  /** `exists`, `all` and `exists_one` within one another. */
  macroDepth: 2,
  /** Elements of a list, or keys of a map, that a macro goes through. A longer one is an error, as a wrong type is. */
  macroElements: 1000,
  /** Characters of a regular expression. */
  patternCharacters: 200,
  /** What a regular expression has to match when its repetitions are written out. */
  patternSize: 1000,
} as const;
