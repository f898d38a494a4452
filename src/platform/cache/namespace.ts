/**
 * Before every key and channel of ours. The version is that of the shapes behind them: a change of one is a new version, so
 * that replicas of two releases, side by side during an upgrade, never read each other's.
 */
export const NAMESPACE = 'agent-registry:v1';

/** How long anything may be remembered, in whatever tier, counted from when it was asked for. */
export const TTL_MS = 2_000;
