import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AccessControl } from './access-control';
import type { Requirement } from './access-rule';
import type { Principal } from './principal';
import { requirementOf, type AdmittedRequest } from './requires.decorator';

/** Puts every request to a Nest route before {@link AccessControl}; decides nothing. Global. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly access: AccessControl) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<AdmittedRequest>();
    const admit = (principal: Principal): boolean => {
      request.principal = principal;
      return true;
    };
    const principal = this.access.authorize(request.headers.authorization, requirementFor(context, request));
    return principal instanceof Promise ? principal.then(admit) : admit(principal);
  }
}

function requirementFor(context: ExecutionContext, { params }: AdmittedRequest): Requirement | undefined {
  const declared = requirementOf(context.getHandler());
  if (!declared) return undefined;
  const { access, ownAgent, allowStale } = declared;
  return { access, allowStale, agentId: ownAgent === undefined ? undefined : String(params[ownAgent]) };
}
