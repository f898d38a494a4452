import { dateOf } from '../../common/clock';

/** From when until when something is valid, in milliseconds since 1970. */
export interface Validity {
  /** Inclusive; -Infinity: it always was. */
  notBefore: number;
  /** Exclusive; Infinity: it does not end. */
  expiresAt: number;
}

/** Whether there is a time at which it is not valid. */
export function isDated({ notBefore, expiresAt }: Validity): boolean {
  return notBefore !== -Infinity || expiresAt !== Infinity;
}

/** Why something is not valid at a time, for the one who presents it; undefined when it is. */
export function invalidityAt({ notBefore, expiresAt }: Validity, now: number): string | undefined {
  if (now >= expiresAt) return `it expired at ${textOf(expiresAt)}`;
  if (now < notBefore) return `it is valid from ${textOf(notBefore)} on`;
  return undefined;
}

/** Date, time and offset, as RFC 3339 has them: `2027-01-31T00:00:00Z`. Leap seconds are not taken. */
const RFC_3339 = /^(\d{4}-\d\d-\d\d)T(?!24)\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i;

/** Milliseconds since 1970; undefined for what is no time in RFC 3339. */
export function timeIn(text: unknown): number | undefined {
  const day = typeof text === 'string' ? RFC_3339.exec(text)?.[1] : undefined;
  if (day === undefined || !isDay(day)) return undefined;
  const time = dateOf((text as string).toUpperCase()).getTime();
  return Number.isNaN(time) ? undefined : time;
}

/** ECMAScript makes March 2 of February 30. */
function isDay(day: string): boolean {
  const midnight = dateOf(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

function textOf(time: number): string {
  return dateOf(time).toISOString();
}
