import { fit, printable, textWidth } from './text-width.js';

/** A column: its title, and how narrow it may be made; without `min` it keeps the width of what is in it. */
export interface Column {
  readonly title: string;
  readonly min?: number;
}

/** A cell: text as it came, and how it is painted on a terminal. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

const GAP = '  ';

/**
 * The lines of a table for a terminal of so many columns: titles first, columns two apart. What does not fit is taken from
 * the widest of the columns that may shrink, one column of the terminal at a time; below their minima the lines are longer.
 */
export function formatTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number): string[] {
  const shown = rows.map((row) => row.map(({ text, paint }) => ({ text: printable(text), paint })));
  const widths = columns.map(({ title }, index) =>
    Math.max(textWidth(title), ...shown.map((row) => textWidth(row[index]?.text ?? ''))),
  );
  shrink(widths, columns, width - GAP.length * (columns.length - 1));
  const line = (cells: readonly Cell[]): string =>
    widths
      .map((cellWidth, index) => {
        const { text, paint } = cells[index] ?? { text: '' };
        const cut = fit(text, cellWidth);
        // The last one needs no padding, and a colour none of the spaces.
        const padding = index === widths.length - 1 ? '' : ' '.repeat(cellWidth - textWidth(cut));
        return (paint ? paint(cut) : cut) + padding;
      })
      .join(GAP);
  return [line(columns.map(({ title }) => ({ text: title }))), ...shown.map(line)];
}

/** The same rows for programs: no titles, one tab between cells, nothing cut and nothing painted. */
export function formatTabbed(rows: readonly (readonly Cell[])[]): string[] {
  return rows.map((row) => row.map(({ text }) => printable(text)).join('\t'));
}

function shrink(widths: number[], columns: readonly Column[], available: number): void {
  let excess = widths.reduce((sum, width) => sum + width, 0) - available;
  for (; excess > 0; excess--) {
    let widest = -1;
    columns.forEach(({ min }, index) => {
      const mayShrink = min !== undefined && widths[index]! > min;
      if (mayShrink && (widest < 0 || widths[index]! > widths[widest]!)) widest = index;
    });
    if (widest < 0) return;
    widths[widest]!--;
  }
}
