/** A client of the registry's list of tokens, and when the last of its tokens ends. */
export interface ExpiringToken {
  readonly name: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly expires_at: string;
}

/** A sample of the metric, in the text format of Prometheus. */
const SAMPLE = /^access_token_expires_timestamp_seconds\{name="((?:[^"\\\n]|\\.)*)"\} ([\d.e+]+)/gm;

/** What the metrics of the registry say of tokens that end, the first to end first. */
export function expiringTokens(metrics: string): ExpiringToken[] {
  const tokens = Array.from(metrics.matchAll(SAMPLE), ([, name = '', seconds]) => ({
    name: name.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character)),
    expires_at: new Date(Number(seconds) * 1000).toISOString(),
  }));
  return tokens.sort((a, b) => (a.expires_at < b.expires_at ? -1 : 1));
}
