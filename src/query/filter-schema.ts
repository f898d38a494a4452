import type { CelInput } from '@bufbuild/cel';
import type { FilterType } from './filter-type';

/** What the SQL of a name may use. */
export interface FilterSqlContext {
  /** Takes a value into the statement's parameters and returns its place with a cast, `$3::text`. The same value has one place. */
  readonly parameter: (value: unknown, type: string) => string;
  /** The moment of the request, milliseconds since 1970, as a place of type numeric. */
  readonly nowMs: () => string;
  /** `HEARTBEAT_TIMEOUT_SECONDS`, as a place. */
  readonly timeoutSeconds: () => string;
  /** The ids of active agents that are not available, as a place of type text[]. */
  readonly unavailable: () => string;
}

/** What a record is read with, beside the record. */
export interface FilterMoment {
  now: Date;
  timeoutSeconds: number;
  /** Active agents that are not available; absent: all are. */
  unavailable?: ReadonlyMap<string, unknown>;
}

/**
 * A name that expressions may use. Both readings give the same for every record, a property test says so; `undefined` and NULL: the
 * record does not have it.
 */
export interface FilterName<Record = never> {
  /** As it is written: `agent.type`. */
  readonly path: string;
  readonly type: FilterType;
  /** Of a list whose elements are all texts. */
  readonly elements?: 'string';
  /** Whether a record may be without it. */
  readonly isOptional?: boolean;
  /** Whether it changes without an event: it may be asked for, and no selection can be kept up to date by it. */
  readonly isVolatile?: boolean;
  /** Whether its members may be secrets, which only the owner and `admin` see. */
  readonly hasSecrets?: boolean;
  /** Which questions an index answers: equality; containment of a JSON value (`@>`). */
  readonly index?: 'equality' | 'containment';
  /**
   * A value over the table `agents`: text, numeric, boolean, jsonb, or for times milliseconds since 1970 as numeric.
   */
  sql(context: FilterSqlContext): string;
  /** A condition for equality with a text that an index serves, where the comparison of {@link sql} would have none. */
  equalsSql?(text: string, context: FilterSqlContext): string;
  value(record: Record, moment: FilterMoment): FilterInput | undefined;
}

/** Whole numbers that are of type int come as bigint, times as Date. */
export type FilterInput = CelInput | Date;

/** The names of a kind of expression. A module adds its own. */
export class FilterSchema<Record> {
  private readonly names = new Map<string, FilterName<Record>>();
  private beginnings: readonly string[] = [];

  constructor(names: readonly FilterName<Record>[] = []) {
    names.forEach((name) => this.add(name));
  }

  add(name: FilterName<Record>): void {
    if (this.names.has(name.path)) throw new Error(`The name ${name.path} is there already`);
    this.names.set(name.path, name);
    this.beginnings = [...new Set([...this.beginnings, ...beginningsOf(name.path)])];
  }

  get(path: string): FilterName<Record> | undefined {
    return this.names.get(path);
  }

  all(): FilterName<Record>[] {
    return [...this.names.values()];
  }

  /** The names that begin with `path.`, as what follows: `status`, `cpu_percent` for `agent.health`. */
  membersOf(path: string): string[] {
    const members = this.all().flatMap((name) =>
      name.path.startsWith(`${path}.`) ? [name.path.slice(path.length + 1).split('.')[0]!] : [],
    );
    return [...new Set(members)];
  }

  /** What names begin with: `agent`, `agent.health`. */
  parents(): readonly string[] {
    return this.beginnings;
  }
}

function beginningsOf(path: string): string[] {
  const parts = path.split('.');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'));
}
