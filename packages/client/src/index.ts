export { AgentRegistryClient } from './client.js';
export type {
  ChangeOptions,
  HeartbeatOptions,
  RegisterOptions,
  RotateOptions,
  SafetyOptions,
  Tagged,
} from './client-options.js';
export type { ClientOptions, RequestOptions, Token } from './transport.js';
export type { Webhooks } from './webhooks.js';
export type { DependencyGraph } from './dependency-graph.js';
export { verifyWebhook, WebhookVerificationError } from './verify-webhook.js';
export type { FollowOptions } from './stream.js';
export { AgentWatch } from './watch.js';
export type { AgentRemoval, AgentUpsert, HealthRefresh, Synced, WatchChange } from './watch-change.js';
export {
  AgentRegistryError,
  ApiError,
  BadRequestError,
  ConflictError,
  ConnectionError,
  ForbiddenError,
  NotFoundError,
  PreconditionFailedError,
  RateLimitedError,
  TimeoutError,
  UnauthorizedError,
  UnavailableError,
  UnexpectedResponseError,
} from './errors.js';
export type * from './types.js';
export type { components, paths } from './openapi.js';
