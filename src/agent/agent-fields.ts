import type { PipeTransform } from '@nestjs/common';
import { characterCount, text, token, wordList } from '../platform/validation/rules';
import { fieldPath, jsonDepth } from '../platform/validation/json-limits';
import { isJsonObject, rule, type FieldRule } from '../platform/validation/validate';
import { rejectIfAny, type FieldError } from '../platform/validation/domain-error';

const MAX_CAPABILITIES = 256;
const MAX_ENDPOINTS = 64;
const MAX_ENDPOINT_LENGTH = 2048;
const MAX_METADATA_BYTES = 64 * 1024;
const MAX_METADATA_DEPTH = 8;
const MAX_ACTIONS = 64;
const LOCALITY = /^[A-Za-z0-9._:-]+(?:\/[A-Za-z0-9._:-]+)*$/;

/** An agent's id: unreserved characters, so that it is its own path segment. */
export const agentId: FieldRule = token(255, /^[A-Za-z0-9._:-]+$/, 'letters, digits and . _ : -');

/** Names that are paths of the service, or that no URL can carry as a segment (RFC 3986, 5.2.4). */
export const RESERVED_IDS = new Set<unknown>([
  'register',
  'discover',
  'import',
  'heartbeats',
  'count',
  'facets',
  // paths that are yet to come
  'match',
  'search',
  'watch',
  '.',
  '..',
]);

/** An id that a client may choose for its agent. */
export const chosenAgentId: FieldRule = rule(agentId.schema, (value) =>
  RESERVED_IDS.has(value) ? [{ field: '', message: 'is a reserved word' }] : agentId(value),
);

export const capability: FieldRule = text(1, 256);

/** What the agent can do: distinct, non-empty words. */
export const capabilities: FieldRule = wordList(MAX_CAPABILITIES, capability);

/** Where the agent can be reached: a name for each absolute URI (RFC 3986). */
export const endpoints: FieldRule = rule(
  {
    type: Object,
    additionalProperties: { type: 'string', format: 'uri' },
    maxProperties: MAX_ENDPOINTS,
  },
  (value) => {
    if (!isJsonObject(value)) return [{ field: '', message: 'must be an object of name and URI' }];
    const entries = Object.entries(value);
    if (entries.length > MAX_ENDPOINTS)
      return [{ field: '', message: `must not have more than ${MAX_ENDPOINTS} entries` }];
    return entries.flatMap(([name, uri]) => endpointViolations(name, uri));
  },
);

function endpointViolations(name: string, uri: unknown): FieldError[] {
  const field = fieldPath('', name);
  if (name.length === 0 || characterCount(name) > 256)
    return [{ field, message: 'must have a name of 1 to 256 characters' }];
  if (typeof uri !== 'string' || !isAbsoluteUri(uri)) return [{ field, message: 'must be an absolute URI' }];
  return uri.length > MAX_ENDPOINT_LENGTH ? [{ field, message: `must not be longer than ${MAX_ENDPOINT_LENGTH}` }] : [];
}

function isAbsoluteUri(uri: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:[^\s\p{Cc}]+$/u.test(uri) && URL.canParse(uri);
}

/** Whatever else the owner wants to keep with the agent. */
export const metadata: FieldRule = rule({ type: Object, additionalProperties: true }, (value) => {
  if (!isJsonObject(value)) return [{ field: '', message: 'must be an object' }];
  if (jsonDepth(value) > MAX_METADATA_DEPTH) {
    return [{ field: '', message: `must not be nested more than ${MAX_METADATA_DEPTH} deep` }];
  }
  const tooLarge = Buffer.byteLength(JSON.stringify(value)) > MAX_METADATA_BYTES;
  return tooLarge ? [{ field: '', message: `must not be larger than ${MAX_METADATA_BYTES} bytes as JSON` }] : [];
});

/** Definitions one request may import; each is then judged on its own. */
const MAX_DEFINITIONS = 500;

export const definitions: FieldRule = rule({ isArray: true, minItems: 1, maxItems: MAX_DEFINITIONS }, (value) => {
  const isMet = Array.isArray(value) && value.length >= 1 && value.length <= MAX_DEFINITIONS;
  return isMet ? [] : [{ field: '', message: `must be an array of 1 to ${MAX_DEFINITIONS} definitions` }];
});

/** Where the agent runs, from the large to the small. */
export const locality: FieldRule = (() => {
  const check = token(255, /^[A-Za-z0-9._:/-]+$/, 'letters, digits and . _ : - between /');
  return rule({ ...check.schema, pattern: LOCALITY.source }, (value) => {
    const violations = check(value);
    if (violations.length > 0 || LOCALITY.test(value as string)) return violations;
    return [{ field: '', message: 'must be a path such as eu/de/fra1, without / at its ends and without empty parts' }];
  });
})();

/** Tells the processes apart that are an agent one after the other. */
export const incarnation: FieldRule = text(1, 64);

/** The actions that may be asked of the agent. */
export const accepts: FieldRule = wordList(
  MAX_ACTIONS,
  token(63, /^[a-z][a-z0-9-]*$/, 'a-z 0-9 - and begin with a letter'),
);

const pathId = text(1, 255);

/** In front of an id in a path, it says that an id follows, whatever it looks like. No id that a client may choose contains it. */
const ESCAPE = '~';

/** The parameter of a path, as OpenAPI describes it. */
export const AGENT_ID = {
  name: 'id',
  schema: { type: 'string' as const, minLength: 1, maxLength: 255 },
  example: 'data-processor-1',
  description:
    'The id; with `~` in front when it is empty, a reserved word, or begins with `~` itself, as those of adopted agents may.',
};

/** The path of an agent, also of one whose id is no segment of a path, or that of another route. */
export function agentPath(id: string): string {
  const needsEscape = id === '' || id.startsWith(ESCAPE) || RESERVED_IDS.has(id);
  return `/agents/${needsEscape ? ESCAPE : ''}${encodeURIComponent(id)}`;
}

/**
 * An id out of a path. Only the store can prove it unknown, so all that it could hold is let through.
 */
export const agentIdPipe: PipeTransform<string, string> = {
  transform: (segment) => {
    rejectIfAny(pathId(segment).map(({ message }) => ({ field: 'id', message })));
    return segment.startsWith(ESCAPE) ? segment.slice(ESCAPE.length) : segment;
  },
};
