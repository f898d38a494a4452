import { type Palette, palette } from './color.js';
import { csvLine, csvLines, flatten, type OutputFormat, type ToYaml } from './output-format.js';
import { relativeTime } from './relative-time.js';
import { type Cell, type Column, formatTable, formatTabbed } from './table.js';
import { printable } from './text-width.js';

/** A stream as `process.stdout` is one. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_WIDTH = 80;

/** What a command says: tables and colours on a terminal, tabs and nothing else elsewhere, or the format that was asked for. */
export class Output {
  /** No format for programs was asked for: use `table` and `pairs`, else `result` or `item`. */
  readonly isTable: boolean;
  readonly isTerminal: boolean;
  /** `item` has written the header of its CSV. */
  private hasHeader = false;
  readonly colors: Palette;

  constructor(
    private readonly stdout: Screen,
    private readonly stderr: Screen,
    environment: Environment,
    private readonly format: OutputFormat,
    /** For the format `yaml`. */
    private readonly toYaml?: ToYaml,
  ) {
    this.isTable = format === 'table';
    this.isTerminal = stdout.isTTY === true && this.isTable;
    this.colors = palette(this.isTerminal, environment);
  }

  get width(): number {
    return this.stdout.columns || DEFAULT_WIDTH;
  }

  get height(): number {
    return this.stdout.rows || 24;
  }

  write(text: string): void {
    this.stdout.write(text);
  }

  line(text: string): void {
    this.stdout.write(`${text}\n`);
  }

  /**
   * A result in the format that was asked for. JSON and YAML have the whole `body`; NDJSON and CSV have a line for each of the
   * `items` that it holds, or one for a body that holds none.
   */
  result(body: object, items: readonly object[] = [body]): void {
    if (this.format === 'json') return this.line(JSON.stringify(body));
    if (this.format === 'yaml') return this.write(this.toYaml!(body));
    const lines = this.format === 'csv' ? csvLines(items) : items.map((item) => JSON.stringify(item));
    for (const line of lines) this.line(line);
  }

  /** Records of which there may be any number, as they come; as a table, lines of JSON. CSV needs the columns of all and comes at the end. */
  async stream(records: AsyncIterable<object>): Promise<void> {
    if (this.format === 'csv') {
      const all: object[] = [];
      for await (const record of records) all.push(record);
      for (const line of csvLines(all)) this.line(line);
      return;
    }
    const isArray = this.format === 'json';
    let count = 0;
    for await (const record of records) {
      if (this.format === 'yaml') this.write(`---\n${this.toYaml!(record)}`);
      else this.write(`${isArray ? (count === 0 ? '[\n' : ',\n') : ''}${JSON.stringify(record)}${isArray ? '' : '\n'}`);
      count++;
    }
    if (isArray) this.line(count === 0 ? '[]' : '\n]');
  }

  /** One of results that come one by one: a line, or a document of YAML. As CSV it has these columns, whatever it holds. */
  item(item: object, columns: readonly string[]): void {
    if (this.format === 'yaml') return this.write(`---\n${this.toYaml!(item)}`);
    if (this.format !== 'csv') return this.line(JSON.stringify(item));
    const cells = flatten(item);
    if (!this.hasHeader) this.line(csvLine(columns));
    this.hasHeader = true;
    this.line(csvLine(columns.map((column) => cells.get(column) ?? '')));
  }

  table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): void {
    for (const line of this.tableLines(columns, rows)) this.line(line);
  }

  tableLines(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string[] {
    return this.isTerminal ? formatTable(columns, rows, this.width) : formatTabbed(rows);
  }

  /** Names and what they stand for, one a line. */
  pairs(pairs: readonly (readonly [string, Cell])[]): void {
    const rows = pairs.map(([name, cell]) => [{ text: name, paint: this.colors.dim }, cell]);
    const titles = [{ title: '' }, { title: '' }];
    // Whole, also on a terminal: whoever asks for one thing wants to see it.
    const lines = this.isTerminal ? formatTable(titles, rows, Infinity).slice(1) : formatTabbed(rows);
    for (const line of lines) this.line(line);
  }

  /** Something to know that is no result: it does not get among what a program reads. */
  note(text: string): void {
    this.stderr.write(`${text}\n`);
  }

  /** The same without an end of the line: the answer goes there. */
  ask(text: string): void {
    this.stderr.write(text);
  }

  /** A time of the registry, as people or as programs read it. */
  time(time: string | null | undefined, now: Date): string {
    if (time === null || time === undefined) return this.isTerminal ? 'never' : '';
    return this.isTerminal ? relativeTime(time, now) : time;
  }

  /** The same where there is room: on a terminal both. */
  longTime(time: string | null | undefined, now: Date): string {
    const short = this.time(time, now);
    return this.isTerminal && time !== null && time !== undefined ? `${time} (${short})` : short;
  }

  /** A lifecycle or health status in its colour. */
  status(status: string): Cell {
    const { green, yellow, red, dim } = this.colors;
    const paints: Readonly<Record<string, Cell['paint']>> = {
      active: green,
      healthy: green,
      maintenance: yellow,
      degraded: yellow,
      unhealthy: red,
      inactive: dim,
      unknown: dim,
      stale: dim,
    };
    return { text: printable(status), paint: paints[status] };
  }
}
