/** One row with the line where it starts, or what was wrong with the row that starts there. */
export type DirectoryEntry =
  { readonly line: number; readonly row: Record<string, unknown> } | { readonly line: number; readonly error: string };
