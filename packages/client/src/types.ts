import type { components, paths } from './openapi.js';

type Schemas = components['schemas'];

/** Lifecycle status: whether an agent is there. */
export type AgentStatus = Schemas['AgentStatus'];
/** How an agent feels, by its own reports. */
export type HealthStatus = Schemas['HealthStatus'];
/** The whole record of an agent. */
export type Agent = Schemas['Agent'];
/** An agent as lists and discoveries show it. */
export type AgentSummary = Schemas['AgentSummary'];
/** What an agent registers with. */
export type AgentRegistration = Schemas['RegisterAgent'];
/** Something that an agent can do. */
export type AgentSkill = Schemas['AgentSkill'];
/** Agents that an agent needs, as a selector. */
export type AgentDependency = Schemas['AgentDependency'];
/** What can be changed of a registered agent. */
export type AgentFields = Schemas['AgentFields'];
/** The answer to a registration. `token` is the agent's own, told only here; it is not there when no tokens are asked for. */
export type Registration = Schemas['Registration'];
export type Deregistration = Schemas['Deregistration'];
/** An id under which nothing may register, or may again. */
export type Ban = Schemas['Ban'];
/** What an agent says of its health with a heartbeat. */
export type HealthReport = Schemas['HealthReport'];
export type AgentHealth = Schemas['AgentHealth'];
export type HeartbeatResponse = Schemas['HeartbeatResponse'];
export type HeartbeatBatchItem = Schemas['BatchItem'];
export type HeartbeatBatchResponse = Schemas['HeartbeatBatchResponse'];
export type AgentPage = Schemas['AgentPage'];
export type DiscoveryQuery = Schemas['DiscoverAgents'];
export type Discovery = Schemas['Discovery'];
export type AgentEvent = Schemas['AgentEvent'];
export type AgentEventPage = Schemas['AgentEvents'];
/** An event of the feed. */
export type FeedEvent = Schemas['FeedEvent'];
export type FeedPage = Schemas['FeedPage'];
/** An event as a stream gives it. */
export type FollowedEvent = FeedEvent & {
  /** The agent as it is now; absent when it is gone. */
  readonly agent?: Agent;
  /** Where to go on after it: `after`. */
  readonly cursor: string;
};
export type Decision = Schemas['Decision'];
export type RevokedTokens = Schemas['RevokedTokens'];
export type RotatedToken = Schemas['RotatedToken'];
/** Whose token it is. */
export type Identity = Schemas['WhoAmI'];
export type Scope = Schemas['Scope'];
export type DecisionPage = Schemas['Decisions'];
/** A static definition, for imports: an agent that is known without being alive. */
export type AgentDefinition = Schemas['AgentDefinition'];
export type ImportResult = Schemas['ImportResult'];
export type ImportResults = Schemas['ImportResults'];
export type FleetHealth = Schemas['FleetHealth'];
export type Overview = Schemas['Overview'];
/** Agents and how they depend on each other. */
export type Graph = Schemas['Graph'];
/** What happens to others when agents stop. */
export type Impact = Schemas['Impact'];
export type ServiceHealth = Schemas['ServiceHealth'];
export type Liveness = Schemas['Liveness'];
/** What a webhook is made with. */
export type NewWebhook = Schemas['CreateWebhook'];
/** What can be changed of it. */
export type WebhookFields = Schemas['UpdateWebhook'];
export type Webhook = Schemas['Webhook'];
/** `secret` is told only where it is made. */
export type WebhookWithSecret = Schemas['WebhookWithSecret'];
export type WebhookTest = Schemas['WebhookTest'];
export type WebhookDelivery = Schemas['WebhookDelivery'];
export type WebhookDeliveryPage = Schemas['WebhookDeliveries'];
/** A status that an operator can set. */
export type SettableStatus = Schemas['SetStatus']['status'];
/** The body of an error (RFC 9457). `verdict` and the like come with some codes. */
export type Problem = Schemas['Problem'] & { [member: string]: unknown };
/** One thing that is wrong with a request; `field` is its path in it. */
export type Violation = Schemas['Violation'];

type ListParameters = NonNullable<paths['/agents']['get']['parameters']['query']>;
type OneOrMany<T> = T extends readonly (infer Each)[] ? Each | readonly Each[] : T;

/** Filters of a list, all of which must hold. Several of `type`, `status` or `category`: any of them. `capability`: all of them. */
export type ListQuery = { [Name in keyof ListParameters]?: OneOrMany<NonNullable<ListParameters[Name]>> };
type FeedParameters = NonNullable<paths['/events/stream']['get']['parameters']['query']>;
/** Which events are followed, and from where: `after` is a cursor, `now`, or absent for the oldest that is kept. */
export type FeedQuery = { [Name in keyof FeedParameters]?: OneOrMany<NonNullable<FeedParameters[Name]>> };
/** One page of them; `wait`: seconds to wait for an event. */
export type FeedPageQuery = FeedQuery & { limit?: number; wait?: number };
/** Which agents are counted, without a page. */
export type SelectionQuery = Omit<ListQuery, 'limit' | 'cursor' | 'order_by' | 'fields' | 'include_total'>;
/** Which agents are watched; `healthInterval`: how often their health is refreshed, 5 to 3,600 seconds, if at all. */
export type WatchQuery = SelectionQuery & { healthInterval?: number };
/** Which agents' changes are asked for, since when, and for how many seconds (0 to 55) one is waited for. */
export type WatchPageQuery = SelectionQuery & { after: string; wait?: number };
export type WatchPage = Schemas['WatchPage'];
/** By what agents are counted, and how many values of each are wanted. */
export type FacetQuery = SelectionQuery & { by: string | readonly string[]; limit?: number };
export type Facet = Schemas['Facet'];
/** An expression that is good: the names that it asks for, and whether an index serves it. */
export type CheckedFilter = Schemas['CheckedFilter'];
export type PageQuery = NonNullable<paths['/agents/{id}/events']['get']['parameters']['query']>;
export type DecisionQuery = NonNullable<paths['/governance/decisions']['get']['parameters']['query']>;

/** RFC 7396: a value sets, null clears, what is absent stays. A list is replaced as a whole. */
export type MergePatch<T> = {
  [Key in keyof T]?:
    | (NonNullable<T[Key]> extends readonly unknown[]
        ? T[Key]
        : NonNullable<T[Key]> extends object
          ? MergePatch<T[Key]>
          : T[Key])
    | (undefined extends T[Key] ? null : never);
};

type DeliveryParameters = NonNullable<paths['/webhooks/{id}/deliveries']['get']['parameters']['query']>;
/** Which deliveries of a webhook: in any of these states. */
export type WebhookDeliveryQuery = {
  [Name in keyof DeliveryParameters]?: OneOrMany<NonNullable<DeliveryParameters[Name]>>;
};
