import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { Request } from 'express';
import { ApiErrors } from '../validation/api-problems';
import { insufficientScope, outsideScope, unauthorized } from './access.errors';
import type { Access } from './access-rule';
import type { Principal } from './principal';

/** The name of the security scheme in the OpenAPI document. */
export const SECURITY_SCHEME = 'token';

/** What a route has declared of itself. */
export interface RouteRequirement {
  access: Access;
  /** The path parameter that names the agent whose owner, and who itself, may use the route. */
  ownAgent?: string;
  /** The agent itself may use the route as well, whatever the access. */
  allowItself?: boolean;
  /** Operators may use the route as well, whoever owns the agent. */
  allowOperators?: boolean;
  /**
   * A token that is for some agents only may use the route: it asks `AgentScope`, or shows nothing of agents. A route about one agent
   * (`ownAgent`) needs no such word: access control asks for it.
   */
  isNarrowed?: boolean;
  /** Heartbeats: remembered tokens count while the database is away. */
  allowStale?: boolean;
}

const REQUIREMENT = 'access_requirement';

/** Where the OpenAPI document has a {@link RouteRequirement} until `describeAccess` has made words of it. */
export const ACCESS_EXTENSION = 'x-access';

/** Declares who may use a route, to {@link AccessControl} and to OpenAPI. A route without it is closed to everybody. */
export function Requires(access: Access, options: Omit<RouteRequirement, 'access'> = {}): MethodDecorator {
  const declared: RouteRequirement = { access, ...options };
  if (access === 'open') return applyDecorators(SetMetadata(REQUIREMENT, declared), ApiSecurity({}));
  const scope = access === 'health' || access === 'metrics' ? 'read' : access;
  const refusals = [unauthorized()];
  if (scope !== 'authenticated') refusals.push(insufficientScope(`This takes a token with the scope ${scope}`, scope));
  if (refusesOthers(declared)) refusals.push(outsideScope());
  return applyDecorators(
    SetMetadata(REQUIREMENT, declared),
    ApiSecurity(SECURITY_SCHEME),
    ApiExtension(ACCESS_EXTENSION, declared),
    ApiErrors(refusals),
  );
}

/** Whether tokens for some agents only are refused here by what they are for: a route about others, or none for them. */
function refusesOthers({ access, ownAgent, isNarrowed }: RouteRequirement): boolean {
  return ownAgent === undefined ? !isNarrowed : access !== 'read';
}

/** What a route handler has declared; undefined when it has not. */
export function requirementOf(handler: object): RouteRequirement | undefined {
  return Reflect.getMetadata(REQUIREMENT, handler) as RouteRequirement | undefined;
}

/** A request that has passed the guard. */
export type AdmittedRequest = Request & { principal: Principal };

/** The principal of a request on Express. */
export function callerOf(_: unknown, context: ExecutionContext): Principal {
  return context.switchToHttp().getRequest<AdmittedRequest>().principal;
}

/** Who asks, as access control has found out. */
export const Caller = createParamDecorator(callerOf);
