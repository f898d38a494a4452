import { applyDecorators } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

const descriptions = new Map<string, string>();

/** The tag of a controller's routes in the OpenAPI document; one of the controllers that share a tag describes it. */
export function ApiTag(name: string, description?: string): ClassDecorator {
  if (description !== undefined) descriptions.set(name, description);
  return applyDecorators(ApiTags(name));
}

/** All tags that have a description, in the order of their names. */
export function describedTags(): { name: string; description: string }[] {
  return [...descriptions]
    .map(([name, description]) => ({ name, description }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
