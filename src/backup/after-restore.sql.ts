import type { ArchiveHeader } from './archive-format';

/** More than any registry changes between a backup and its loss. */
const LOST_NUMBERS = 1_000_000_000;
const LOST_GENERATIONS = 1_000_000;

/**
 * `$1`, `$2`: a column of a table that is numbered by a sequence; `$3`, `$4`: the last number that was drawn where the backup was taken,
 * and in the database that is replaced, if there was one. Numbers go on far beyond both, so that what followers have seen of events that
 * are lost is not the number of another one. Only a 64-bit sequence has room for that.
 */
export const continueAfter = `
  SELECT setval(seqrelid, greatest($3::bigint, $4::bigint, 1) + CASE WHEN seqtypid = 'bigint'::regtype THEN ${LOST_NUMBERS} ELSE 0 END)
    FROM pg_sequence WHERE seqrelid = pg_get_serial_sequence(quote_ident($1), $2)::regclass`;

/** What is set right in a database of whose last changes nothing is known, where the backup has what it is about. */
export const AFTER_RESTORE: readonly { holdsFor(header: ArchiveHeader): boolean; sql: string }[] = [
  {
    // An ETag holds the generation: one that a client has of a lost change must not be that of another one.
    holdsFor: has('agents', 'generation'),
    sql: `UPDATE agents SET generation = generation + ${LOST_GENERATIONS}`,
  },
  {
    // Agents live by the pause that they were told last; each has to beat three times before it must have been told anew.
    holdsFor: has('owner_cadences', 'next_tolerance_until'),
    sql: `UPDATE owner_cadences
             SET tolerance_until = greatest(tolerance_until, now() + make_interval(secs => 3 * tolerance)),
                 next_tolerance_until = greatest(next_tolerance_until, now() + make_interval(secs => 3 * next_tolerance))`,
  },
];

function has(table: string, column: string): (header: ArchiveHeader) => boolean {
  return ({ tables }) => tables.some(({ name, columns }) => name === table && columns.includes(column));
}
