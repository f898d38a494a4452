import type { ClientBase } from 'pg';

/** The tables, each after those that its foreign keys refer to. */
export async function afterReferences(connection: ClientBase, tables: readonly string[]): Promise<string[]> {
  const { rows } = await connection.query<Reference>(
    `SELECT referring.relname AS from, referred.relname AS to
       FROM pg_constraint AS key JOIN pg_class AS referring ON referring.oid = key.conrelid
            JOIN pg_class AS referred ON referred.oid = key.confrelid
      WHERE key.contype = 'f' AND key.connamespace = current_schema()::regnamespace`,
  );
  return inOrder(tables, rows);
}

interface Reference {
  from: string;
  to: string;
}

/**
 * The same by the references that there are. A table may refer to itself, and to tables that are not among them.
 * @throws Error when tables refer to each other in a circle
 */
export function inOrder(tables: readonly string[], references: readonly Reference[]): string[] {
  const left = new Set([...tables].sort());
  const ordered: string[] = [];
  while (left.size > 0) {
    const isFree = (table: string): boolean =>
      !references.some(({ from, to }) => from === table && to !== table && left.has(to));
    const free = [...left].filter(isFree);
    if (free.length === 0) throw new Error(`Tables refer to each other in a circle: ${[...left].join(', ')}`);
    for (const table of free) left.delete(table);
    ordered.push(...free);
  }
  return ordered;
}
