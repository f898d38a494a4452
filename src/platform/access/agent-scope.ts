import type { Client } from './principal';

/** A client whose token is for some agents only. */
export type NarrowedClient = Client & { where: string };

/**
 * What the expression in a token's `where` means. The language is a feature's: `AccessModule.forRoot` is told which one. The caller's
 * rights come first and its own questions second, so whatever shows agents to a narrowed client asks here.
 */
export abstract class AgentScope {
  /** Whether the client's expression holds for an agent, or for its tombstone; undefined when the id is unknown. */
  abstract contains(client: NarrowedClient, id: string): Promise<boolean | undefined>;

  /** The condition that holds for the agents of a narrowed client, over the table `agents`. */
  abstract condition(client: NarrowedClient, parameter: (value: unknown) => string): string;
}

/** What is wrong with an expression as a token's `where`; undefined when it is good. */
export type CheckWhere = (where: string) => string | undefined;

/** An {@link AgentScope} as a module is told of it. */
export interface AgentScopeClass {
  new (...dependencies: never[]): AgentScope;
  /** See {@link CheckWhere}. */
  problemOf: CheckWhere;
}
