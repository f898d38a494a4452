/**
 * What a value is known to be before any record is looked at. `dynamic` is JSON: what it is shows in each record. Times and durations are
 * counted in nanoseconds.
 */
export type FilterType = 'bool' | 'int' | 'double' | 'string' | 'timestamp' | 'duration' | 'dynamic';
