import type { components, paths } from './openapi.js';

type Schemas = components['schemas'];

/** Lifecycle status: whether an agent is there. */
export type AgentStatus = Schemas['AgentStatus'];
/** How an agent feels, by its own reports. */
export type HealthStatus = Schemas['HealthStatus'];
/** The whole record of an agent. */
export type Agent = Schemas['AgentDto'];
/** An agent as lists and discoveries show it. */
export type AgentSummary = Schemas['AgentSummaryDto'];
/** What an agent registers with. */
export type AgentRegistration = Schemas['RegisterAgentDto'];
/** What can be changed of a registered agent. */
export type AgentFields = Schemas['AgentFieldsDto'];
/** The answer to a registration. `token` is the agent's own, told only here; it is not there when no tokens are asked for. */
export type Registration = Schemas['RegistrationDto'];
export type Deregistration = Schemas['DeregistrationDto'];
/** What an agent says of its health with a heartbeat. */
export type HealthReport = Schemas['HealthReportDto'];
export type AgentHealth = Schemas['AgentHealthDto'];
export type HeartbeatAnswer = Schemas['HeartbeatAnswerDto'];
export type HeartbeatBatchItem = Schemas['BatchItemDto'];
export type HeartbeatBatchAnswer = Schemas['HeartbeatBatchAnswerDto'];
export type AgentPage = Schemas['AgentPageDto'];
export type DiscoveryQuery = Schemas['DiscoverAgentsDto'];
export type Discovery = Schemas['DiscoveryDto'];
export type AgentEvent = Schemas['AgentEventDto'];
export type AgentEventPage = Schemas['AgentEventsDto'];
export type Decision = Schemas['DecisionDto'];
export type RevokedTokens = Schemas['RevokedTokensDto'];
export type DecisionPage = Schemas['DecisionsDto'];
/** A static definition, for imports: an agent that is known without being alive. */
export type AgentDefinition = Schemas['AgentDefinitionDto'];
export type ImportResult = Schemas['ImportResultDto'];
export type ImportResults = Schemas['ImportResultsDto'];
export type FleetHealth = Schemas['FleetHealthDto'];
export type Overview = Schemas['OverviewDto'];
export type ServiceHealth = Schemas['ServiceHealthDto'];
export type Liveness = Schemas['LivenessDto'];
/** A status that an operator can set. */
export type SettableStatus = Schemas['SetStatusDto']['status'];
/** The body of an error (RFC 9457). `verdict` and the like come with some codes. */
export type Problem = Schemas['ProblemDto'] & { [member: string]: unknown };
/** One thing that is wrong with a request; `field` is its path in it. */
export type Violation = Schemas['ViolationDto'];

type ListParameters = NonNullable<paths['/agents']['get']['parameters']['query']>;
type OneOrMany<T> = T extends readonly (infer Each)[] ? Each | readonly Each[] : T;

/** Filters of a list, all of which must hold. Several of `type`, `status` or `category`: any of them. `capability`: all of them. */
export type ListQuery = {
  [Name in Exclude<keyof ListParameters, 'metadata.<key>'>]?: OneOrMany<NonNullable<ListParameters[Name]>>;
} & {
  /** Values of keys of the metadata. */
  metadata?: Record<string, string>;
};
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
