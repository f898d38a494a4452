import {
  applyDecorators,
  Body,
  createParamDecorator,
  NotFoundException,
  SetMetadata,
  type ExecutionContext,
  type PipeTransform,
} from '@nestjs/common';
import type { Request } from 'express';
import { inBody, rejectIfAny } from './domain-error';
import { QueryParameters } from './query-parameters';
import { violationsOf } from './validate';

/** The JSON body, checked as {@link validBody} does. */
export function ValidBody(type: new () => object): ParameterDecorator {
  const pipe: PipeTransform = { transform: (body: unknown) => validBody(type, body) };
  return Body(pipe);
}

/** The same for a body that may be absent: then it is an empty object. */
export function OptionalBody(type: new () => object): ParameterDecorator {
  const pipe: PipeTransform = { transform: (body: unknown) => validBody(type, body === undefined ? {} : body) };
  return Body(pipe);
}

/**
 * A JSON body that is as its DTO class says; not converted or copied.
 * @throws DomainError `validation_failed` with every violation at once
 */
function validBody<T extends object>(type: new () => T, body: unknown): T {
  rejectIfAny(inBody(violationsOf(type, body)));
  return body as T;
}

const READS_QUERY = 'reads_query';

/** Marks a route that takes query parameters and refuses unknown ones itself; all other routes take none. */
export function ReadsQuery(): MethodDecorator {
  return applyDecorators(SetMetadata(READS_QUERY, true));
}

const RESERVED_WORDS = 'reserved_words';

/** Words in the place of a path parameter that make it another path: `GET /agents/register` is that with a wrong method. */
export function ReservedWords(parameter: string, words: ReadonlySet<unknown>): ClassDecorator {
  return applyDecorators(SetMetadata(RESERVED_WORDS, { parameter, words }));
}

/** The words that a controller has reserved in the place of this parameter. */
export function reservedWordsOf(controller: object, parameter: string): ReadonlySet<unknown> | undefined {
  const reserved = Reflect.getMetadata(RESERVED_WORDS, controller) as Reserved | undefined;
  return reserved?.parameter === parameter ? reserved.words : undefined;
}

interface Reserved {
  parameter: string;
  words: ReadonlySet<unknown>;
}

/** Passes such paths on, whoever asks: which paths there are is no secret. Global. */
export function rejectReservedIds(context: ExecutionContext): boolean {
  const reserved = Reflect.getMetadata(RESERVED_WORDS, context.getClass()) as Reserved | undefined;
  const { params } = context.switchToHttp().getRequest<Request>();
  if (reserved?.words.has(params[reserved.parameter])) throw new NotFoundException();
  return true;
}

/** The query string of the request. */
export const Query = createParamDecorator((_: unknown, context: ExecutionContext) =>
  QueryParameters.of(context.switchToHttp().getRequest<Request>()),
);

/** Refuses query parameters on routes that have none. Global. */
export function rejectUnexpectedQuery(context: ExecutionContext): boolean {
  const readsQuery: unknown = Reflect.getMetadata(READS_QUERY, context.getHandler());
  if (!readsQuery) QueryParameters.of(context.switchToHttp().getRequest<Request>()).finish();
  return true;
}
