export interface CadenceState {
  /** Factor on every agent's interval, 1 or more. */
  stretch: number;
  /** The largest factor that some agent may still live by. */
  tolerance: number;
  /** Seconds for which that may be so. */
  toleranceFor: number;
}

/**
 * How fast agents shall beat. Their own intervals ask for `wanted` heartbeats a second; more than `target` is spread out by
 * stretching every interval alike. Whoever was told a longer pause keeps to it, so timeouts shrink only after every agent
 * must have beaten (and been told anew): three of the longest stretched intervals later.
 */
export function nextCadence(
  wanted: number,
  target: number,
  longestInterval: number,
  before: CadenceState,
): CadenceState {
  const stretch = Math.max(1, wanted / target);
  if (stretch < before.tolerance && before.toleranceFor > 0) return { ...before, stretch };
  return { stretch, tolerance: stretch, toleranceFor: 3 * longestInterval * stretch };
}
