/** What a condition may use besides its value. */
export interface SqlContext {
  /** Takes a value into the statement's parameters and returns its place, `$3`. */
  readonly parameter: (value: unknown) => string;
  timeoutSeconds: number;
  /** The moment of the request. */
  now: Date;
  /** Active agents that are not available; absent: all are. */
  unavailable?: ReadonlyMap<string, unknown>;
}
