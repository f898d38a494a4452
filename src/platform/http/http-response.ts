import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { map, type Observable } from 'rxjs';

/** What a handler answers when the status or header fields depend on what it found. Others return the body alone. */
export class HttpResponse<Body extends object> {
  constructor(
    readonly status: number,
    readonly headers: Record<string, string>,
    /** Sent as JSON; undefined: no body. */
    readonly body?: Body,
  ) {}
}

/** Applies an {@link HttpResponse} to Express's response. Global. */
@Injectable()
export class HttpResponseInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      map((result: unknown) => {
        if (!(result instanceof HttpResponse)) return result;
        const { status, headers, body } = result as HttpResponse<object>;
        context.switchToHttp().getResponse<Response>().status(status).set(headers);
        return body;
      }),
    );
  }
}
