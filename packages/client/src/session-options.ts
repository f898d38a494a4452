import type { AgentRegistryClient } from './client.js';
import type { AgentRegistration, HealthReport, HeartbeatResponse, Registration } from './types.js';

export interface SessionOptions {
  client: AgentRegistryClient;
  /** What the agent registers with. Without an `id` the registry makes one up, and the session keeps it. */
  agent: AgentRegistration;
  /**
   * Asked before each heartbeat; what it gives comes on top of the CPU, memory and uptime of the process. When it throws,
   * takes longer than a second or gives what the registry refuses, the agent beats without it.
   */
  health?: () => HealthReport | Promise<HealthReport>;
  /**
   * How busy the agent is, 0 to 1, asked before each heartbeat. Absent: the CPU in use, of the process or as `health` has it. `false`: it
   * is not said.
   */
  load?: (() => number | undefined) | false;
  /** Finishes the work in hand, when a stop drains. The agent goes on beating meanwhile. */
  onDrain?: () => void | Promise<void>;
  /** The same as `on('error', …)`, and from the first registration on. */
  onError?: (error: unknown) => void;
  /** What to do when somebody else has deregistered the agent: `end` (the default) takes it for meant, `register` undoes it. */
  whenDeregistered?: 'end' | 'register';
  /** Gives a start up, which then rejects with the signal's reason; later, stops the session. */
  signal?: AbortSignal;
  /** Stops the session on SIGINT and SIGTERM. If nobody else listens for the signal, the process then ends by it. */
  stopOnSignals?: boolean;
}

export interface StopOptions {
  /**
   * Puts the agent into maintenance, so that nobody who looks for active agents finds it, and waits for `onDrain`, before it
   * deregisters. Default: whether there is an `onDrain`. An agent in maintenance is never declared dead: should the process be
   * killed while it drains, it stays there until it is registered again or deregistered; where there is no access control, until its
   * status is set to `active`.
   */
  drain?: boolean;
  /** false: leaves the agent registered, say for a successor of the same id. */
  deregister?: boolean;
  /** Milliseconds after which it gives up to put the agent into maintenance, or to deregister it. Default 5,000. */
  timeoutMs?: number;
}

/** What a session tells, and with what. */
export interface SessionEvents {
  /** The agent was registered, also anew. */
  registered: Registration;
  /** A heartbeat was taken. */
  beat: HeartbeatResponse;
  /** Something failed, and is tried again or was given up. */
  error: unknown;
  /**
   * The last event: the session was `stopped`, somebody else has `deregistered` the agent, or another process has registered under its id
   * and has `superseded` this one. An `error` with the code `superseded` comes before that.
   */
  ended: 'stopped' | 'deregistered' | 'superseded';
}
