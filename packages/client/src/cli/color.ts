const CODES = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const;

/** Paints text, or leaves it as it is. */
export type Paint = (text: string) => string;
export type Palette = Readonly<Record<keyof typeof CODES, Paint>>;

/** Colours (ECMA-48) when the output is a terminal that has them and nobody has said no (https://no-color.org). */
export function palette(isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): Palette {
  const colored = isTerminal && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const paint = (code: number) => (text: string) => (colored ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    red: paint(CODES.red),
    green: paint(CODES.green),
    yellow: paint(CODES.yellow),
    dim: paint(CODES.dim),
    bold: paint(CODES.bold),
  };
}
