import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Express, Response } from 'express';
import { PinoLogger } from 'nestjs-pino';
import { allowedMethods } from '../http/allowed-methods';
import { DomainError } from './domain-error';
import { OutageLog } from '../observability/outage-log';
import { problemOf } from './problem';
import type { IdentifiedRequest } from '../observability/request-context';

/** Answers everything that is thrown, wherever it was, as problem+json. What we did not foresee is logged as an error. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly outages: OutageLog,
    private readonly logger: PinoLogger,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<IdentifiedRequest>();
    const response = host.switchToHttp().getResponse<Response>();
    const error = thrown instanceof NotFoundException ? this.unroutable(request) : thrown;
    const problem = problemOf(error, request.id);
    const { status, headers, body } = problem;
    this.outages.note(problem, error);
    if (status === 500) this.logger.error({ err: error }, 'Request failed unexpectedly');
    if (response.headersSent) return void response.destroy();
    response.status(status).set(headers).send(JSON.stringify(body));
  }

  /** Nest's own 404 says only that no handler took the request; HTTP wants to know whether the path exists. */
  private unroutable(request: IdentifiedRequest): DomainError {
    const allow = allowedMethods(this.adapterHost.httpAdapter.getInstance<Express>(), request.path);
    // A path that a handler would have taken and did not, such as one whose id is "..", is not there.
    if (allow.length === 0 || allow.includes(request.method))
      return new DomainError('not_found', 'route_not_found', `There is no ${request.path} here`);
    const detail = `${request.path} takes ${allow.join(', ')}, not ${request.method}`;
    return new DomainError('method_not_allowed', 'method_not_allowed', detail, {
      headers: { allow: allow.join(', ') },
    });
  }
}
