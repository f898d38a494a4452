/**
 * The file of a backup: gzip over the following. Lines are JSON in UTF-8.
 *
 * 1. a line: the {@link ArchiveHeader};
 * 2. for each table in the order of the header any number of parts: a line `{"table":"agents","bytes":65536}`, then so many bytes of
 *    PostgreSQL's COPY text format (a part may end within a row), then a line feed;
 * 3. a line `{"rows":{"agents":10000}}`, how many rows each table has;
 * 4. a line `{"sha256":"…"}`, the digest of every byte before it.
 */
export interface ArchiveHeader {
  readonly format: 'agent-registry-backup';
  readonly version: 1;
  /** By the database's clock: every change that was committed before is in the file. */
  readonly taken_at: string;
  /** Of the PostgreSQL that it was taken from. */
  readonly server_version: string;
  /** Names of the migrations that had run, in their order: the schema of the tables. */
  readonly migrations: readonly string[];
  /** Each after those that it refers to. */
  readonly tables: readonly ArchivedTable[];
}

export interface ArchivedTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns that are numbered by a sequence, and the last number that was drawn; 0: none. */
  readonly serials: readonly { readonly column: string; readonly last: string }[];
}

/** The last two lines. */
export interface ArchiveTrailer {
  /** By table. */
  readonly rows: Readonly<Record<string, number>>;
  /** In hex. */
  readonly sha256: string;
}

/** A piece of one table. */
export interface ArchivePart {
  readonly table: string;
  readonly data: Buffer;
}

/** No part is longer. */
export const LONGEST_PART = 1 << 20;
