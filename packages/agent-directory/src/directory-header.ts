/** The columns of which a file needs one: without any of them no row could say which agent it is about. */
const IDENTITY_COLUMNS = ['agent_id', 'agent_name', 'id', 'name'];

/** The names of the columns, trimmed; one without a name gets `column_` and its number. Or the text of what is wrong with the header. */
export function readHeader(cells: readonly string[]): string[] | string {
  const columns = cells.map((name, index) => name.trim() || `column_${index + 1}`);
  const repeated = columns.find((name, index) => columns.indexOf(name) !== index);
  if (repeated !== undefined) return `names the column "${repeated}" twice`;
  if (columns.some((name) => IDENTITY_COLUMNS.includes(name))) return columns;
  return 'has no agent_id and no agent_name (columns are separated by commas)';
}
