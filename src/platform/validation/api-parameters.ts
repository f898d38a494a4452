import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from './paging/paging';

/** Documents `limit`, and what it limits. */
export function ApiLimit(description: string, maximum = MAX_PAGE_SIZE, byDefault = DEFAULT_PAGE_SIZE): MethodDecorator {
  const schema = { type: 'integer', minimum: 1, maximum, default: byDefault };
  return ApiQuery({ name: 'limit', required: false, schema, description });
}

/** Documents `limit` and `cursor` of a list that is read page by page. */
export function ApiPaging(description: string, longestCursor: number): MethodDecorator {
  return applyDecorators(
    ApiLimit(description),
    ApiQuery({
      name: 'cursor',
      required: false,
      schema: { type: 'string', minLength: 1, maxLength: longestCursor },
      description:
        'The `next_cursor` of the page before; absent for the first page. All other parameters stay as they are.',
    }),
  );
}

/** Documents a parameter that is `true` or `false`. */
export function ApiFlag(name: string, description: string, byDefault = false): MethodDecorator {
  return ApiQuery({ name, required: false, schema: { type: 'boolean', default: byDefault }, description });
}
