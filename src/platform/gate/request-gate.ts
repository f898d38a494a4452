import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { AccessControl } from '../access/access-control';
import type { Principal } from '../access/principal';
import { requirementOf, type RouteRequirement } from '../access/requires.decorator';
import { readJsonBody } from '../http/bodies/body-reader';
import { BytesInFlight } from '../http/bodies/bytes-in-flight';
import { DomainError } from '../validation/domain-error';
import { ANONYMOUS_BODY, bodyRulesOf, type BodyRules } from '../http/bodies/json-body';
import { Configuration } from '../config/configuration';
import { rateLimitBucketOf, type RateLimitBucket } from '../limits/rate-limit.decorator';
import { clientAddress } from '../limits/client-address';
import type { NotedRequest } from './request-log';
import { FailedAuthentications } from '../limits/failed-authentications';
import { RateLimits } from '../limits/rate-limits';

/** What a route has declared: access, rate limit and body. */
export interface RoutePolicy {
  requirement: RouteRequirement | undefined;
  bucket: RateLimitBucket;
  body: BodyRules;
}

/** What the decorators of a handler and its controller declare. */
export function policyOf(handler: object, controller: object): RoutePolicy {
  return {
    requirement: requirementOf(handler),
    bucket: rateLimitBucketOf(handler, controller),
    body: bodyRulesOf(handler),
  };
}

/**
 * What every request to a route passes, on whatever lane: access and rate limits are decided on its head, and only then is its
 * body read, as far as the caller may send one. The guard and the hot lane only adapt it.
 */
@Injectable()
export class RequestGate {
  private readonly isLogged: boolean;

  constructor(
    private readonly access: AccessControl,
    private readonly failures: FailedAuthentications,
    private readonly limits: RateLimits,
    private readonly bytes: BytesInFlight,
    private readonly configuration: Configuration,
  ) {
    this.isLogged = configuration.LOG_REQUESTS !== 'off';
  }

  /**
   * The caller, if the request is allowed. `id` is the value of the path parameter that the requirement names.
   * @throws DomainError what {@link AccessControl.authorize} and {@link RateLimits.spend} throw; `rate_limited` for wrong tokens
   */
  admit(request: NotedRequest, { requirement, bucket }: RoutePolicy, id: string): Principal | Promise<Principal> {
    const need = requirement && {
      access: requirement.access,
      allowItself: requirement.allowItself,
      allowOperators: requirement.allowOperators,
      allowStale: requirement.allowStale,
      isNarrowed: requirement.isNarrowed,
      agentId: requirement.ownAgent === undefined ? undefined : id,
    };
    try {
      const isSuspect = (): boolean => this.failures.isOver(this.addressOf(request));
      // Also of a request that is refused: the access log names its sender.
      const note = this.isLogged ? (known: Principal): void => void (request.principal = known) : undefined;
      const principal = this.access.authorize(request.headers.authorization, need, isSuspect, note);
      if (!(principal instanceof Promise)) return this.counted(request, bucket, principal);
      return principal.then(
        (known) => this.counted(request, bucket, known),
        (error: unknown) => {
          throw this.refusalOf(request, error);
        },
      );
    } catch (error) {
      throw this.refusalOf(request, error);
    }
  }

  /** The JSON body of a request that was admitted; undefined when it has none. Rejects as {@link readJsonBody} does. */
  receive(
    request: IncomingMessage,
    response: ServerResponse,
    { body }: RoutePolicy,
    principal: Principal,
  ): Promise<unknown> {
    return readJsonBody(request, response, principal.kind === 'anonymous' ? ANONYMOUS_BODY : body, this.bytes);
  }

  private counted(request: IncomingMessage, bucket: RateLimitBucket, principal: Principal): Principal {
    if (this.limits.isLimited(bucket)) this.limits.spend(bucket, principal, () => this.addressOf(request));
    return principal;
  }

  private refusalOf(request: IncomingMessage, error: unknown): unknown {
    const isWrongToken = error instanceof DomainError && error.kind === 'unauthorized';
    if (!isWrongToken || request.headers.authorization === undefined) return error;
    return this.failures.record(this.addressOf(request), error);
  }

  private addressOf(request: IncomingMessage): string {
    return clientAddress(request, this.configuration.TRUST_PROXY_HOPS);
  }
}
