/**
 * What a Retry-After header asks for (RFC 9110: seconds, or a date), in milliseconds from `now`; undefined when it is
 * absent or neither.
 */
export function retryAfterMs(header: string | null, now: Date): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}
