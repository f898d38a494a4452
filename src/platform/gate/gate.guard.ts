import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';
import type { AdmittedRequest } from '../access/requires.decorator';
import { policyOf, RequestGate } from './request-gate';

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** Puts every request to a Nest route through {@link RequestGate}; decides nothing. Global. */
@Injectable()
export class GateGuard implements CanActivate {
  constructor(private readonly gate: RequestGate) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AdmittedRequest>();
    const policy = policyOf(context.getHandler(), context.getClass());
    const id = String(request.params[policy.requirement?.ownAgent ?? '']);
    request.principal = await this.gate.admit(request, policy, id);
    if (!WITH_BODY.has(request.method)) return true;
    const response = context.switchToHttp().getResponse<Response>();
    request.body = await this.gate.receive(request, response, policy, request.principal);
    return true;
  }
}
