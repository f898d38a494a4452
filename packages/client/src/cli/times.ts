import { UsageError } from './usage-error.js';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** RFC 3339, as the registry takes it. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * The time that an option names, or that is so long `from now` or `ago`.
 * @throws UsageError for what is neither
 */
export function dateOf(option: string, text: string, now: Date, direction: 'from now' | 'ago'): Date {
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const distance = unit === undefined ? Number.NaN : Number(count) * UNITS[unit]!;
  const time = TIME.test(text) ? Date.parse(text) : now.getTime() + (direction === 'ago' ? -distance : distance);
  const date = new Date(time);
  if (Number.isNaN(date.getTime()))
    throw new UsageError(
      `${option} must be a time (2027-01-31T00:00:00Z) or a duration (90d, 12h, 30m), not "${text}"`,
    );
  return date;
}

/** The same after now, in RFC 3339, UTC and whole seconds. */
export function timeOf(option: string, text: string, now: Date): string {
  return `${dateOf(option, text, now, 'from now').toISOString().slice(0, 19)}Z`;
}
