import type { RequestOptions } from './transport.js';

export interface RegisterOptions extends RequestOptions {
  /** 1 to 255 characters. A repeat with the same key and body within 24 h gets the first answer, without the token. */
  idempotencyKey?: string;
}

export interface RotateOptions extends RequestOptions {
  /** Seconds, 0 to 300, for which the token so far is accepted as well; 0 voids it, and all before it, at once. Default 60. */
  overlapSeconds?: number;
}

export interface ChangeOptions extends RequestOptions {
  /** An `etag`: change the agent only if it is still in that state, else `PreconditionFailedError`. */
  ifMatch?: string;
}

/** Of what takes an agent out of service. */
export interface SafetyOptions {
  /** Not when agents that depend on it would not be available any more: {@link ConflictError} `would_break`, with `problem.breaks`. */
  ifSafe?: boolean;
}

/** What a heartbeat says beside the report of health. */
export interface HeartbeatOptions extends RequestOptions {
  /** Whether the agent takes work now. Absent: as it is alive. */
  ready?: boolean;
  /** How busy it is, 0 to 1. */
  load?: number;
  /** The process that sends it, as its registration said: another one than the agent is now gets 409 `superseded`. */
  incarnation?: string;
}

/** With the `ETag` of its state, for `ifMatch` and `ifNoneMatch`. It changes with all but heartbeats. */
export type Tagged<T> = T & { readonly etag: string };
