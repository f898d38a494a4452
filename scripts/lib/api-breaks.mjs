// Which changes of an OpenAPI document break clients that were written for an earlier one. Unknown parameters and properties of requests
// are refused by this service, so taking one away is a break; in responses clients ignore what they do not know, so adding is none.

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
/** Keywords that bound values from above, and from below. */
const MAXIMA = ['maximum', 'maxLength', 'maxItems', 'maxProperties'];
const MINIMA = ['minimum', 'minLength', 'minItems', 'minProperties'];

/** One line for each change that breaks clients; none when there is no such change. */
export function breaksBetween(before, after) {
  const found = new Set();
  const documents = { before, after };
  for (const [path, operations] of Object.entries(before.paths)) {
    for (const method of METHODS.filter((each) => operations[each])) {
      const report = (message) => found.add(`${method.toUpperCase()} ${path}: ${message}`);
      const now = after.paths[path]?.[method];
      if (now) compareOperations(operations[method], now, documents, report);
      else report('is gone');
    }
  }
  return [...found];
}

function compareOperations(before, after, documents, report) {
  if (before.operationId !== after.operationId)
    report(`the operationId ${before.operationId} is ${after.operationId} now`);
  compareAccess(before, after, report);
  compareParameters(before.parameters ?? [], after.parameters ?? [], documents, report);
  compareBodies(before.requestBody, after.requestBody, documents, report);
  compareResponses(before.responses, after.responses, documents, report);
}

function compareAccess(before, after, report) {
  const isOpen = ({ security }) =>
    security?.length === 0 || (security ?? []).some((each) => Object.keys(each).length === 0);
  if (isOpen(before) && !isOpen(after)) report('takes a token now');
  const [scope, now] = [before['x-required-scope'], after['x-required-scope']];
  if (scope !== undefined && now !== undefined && scope !== now) report(`takes the scope ${now} instead of ${scope}`);
}

function compareParameters(before, after, documents, report) {
  const nameOf = (parameter) => `${parameter.in} parameter ${parameter.name}`;
  const known = new Map(before.map((parameter) => [nameOf(parameter), parameter]));
  const present = new Map(after.map((parameter) => [nameOf(parameter), parameter]));
  for (const [name, parameter] of known) {
    const now = present.get(name);
    if (!now) {
      report(`the ${name} is gone`);
      continue;
    }
    if (now.required && !parameter.required) report(`the ${name} is required now`);
    compareSchemas(parameter.schema, now.schema, { documents, report, at: `the ${name}`, direction: 'request' });
  }
  for (const [name, parameter] of present)
    if (parameter.required && !known.has(name)) report(`the ${name} is new and required`);
}

function compareBodies(before, after, documents, report) {
  if (!before) {
    if (after?.required) report('takes a body now');
    return;
  }
  if (!after) {
    report('takes no body any more');
    return;
  }
  if (after.required && !before.required) report('the body is required now');
  compareContent(before.content, after.content, { documents, report, at: 'the body', direction: 'request' });
}

function compareResponses(before, after, documents, report) {
  for (const [status, response] of Object.entries(before)) {
    const now = after[status];
    if (!now) {
      // One that is no longer answered with an error breaks nobody.
      if (Number(status) < 400) report(`the response ${status} is gone`);
      continue;
    }
    const at = `the response ${status}`;
    for (const header of Object.keys(response.headers ?? {}))
      if (!now.headers?.[header]) report(`the header ${header} of ${at} is gone`);
    compareContent(response.content ?? {}, now.content ?? {}, { documents, report, at, direction: 'response' });
    compareCodes(response, now, at, report);
  }
  const isSuccess = (status) => Number(status) < 300;
  for (const status of Object.keys(after))
    if (isSuccess(status) && !(status in before)) report(`the response ${status} is new`);
}

/** Clients act on the codes of problems, which are the names of the examples. */
function compareCodes(before, after, at, report) {
  const codesOf = (response) => Object.keys(response.content?.['application/problem+json']?.examples ?? {});
  const now = codesOf(after);
  for (const code of codesOf(before)) if (!now.includes(code)) report(`the code ${code} of ${at} is gone`);
}

function compareContent(before, after, context) {
  for (const [type, { schema }] of Object.entries(before)) {
    if (!after[type]) context.report(`${context.at} is no ${type} any more`);
    else compareSchemas(schema, after[type].schema, context);
  }
}

/** `direction`: whether clients send such values (`request`) or get them (`response`). */
function compareSchemas(before, after, context, seen = new Set()) {
  const { documents, report, at, direction } = context;
  const names = [referenceOf(before), referenceOf(after)];
  if (names.every(Boolean)) {
    const pair = names.join(' ');
    if (seen.has(pair)) return; // schemas may contain themselves
    seen = new Set(seen).add(pair);
  }
  const old = resolved(before, documents.before);
  const now = resolved(after, documents.after);
  if (typeOf(old) !== typeOf(now) && !isWider(typeOf(old), typeOf(now), direction)) {
    report(`${at} is ${typeOf(now)} instead of ${typeOf(old)}`);
    return;
  }
  if (direction === 'request') compareLimits(old, now, report, at);
  else if (now.nullable && !old.nullable) report(`${at} may be null now`);
  compareProperties(old, now, context, seen);
  const below = (schema, suffix) => [schema, { ...context, at: `${at}${suffix}` }];
  if (old.items && now.items) compareSchemas(old.items, ...below(now.items, '[]'), seen);
  if (isSchema(old.additionalProperties) && isSchema(now.additionalProperties))
    compareSchemas(old.additionalProperties, ...below(now.additionalProperties, '.*'), seen);
}

function compareLimits(old, now, report, at) {
  if (old.nullable && !now.nullable) report(`${at} may not be null any more`);
  for (const keyword of MAXIMA)
    if ((now[keyword] ?? Infinity) < (old[keyword] ?? Infinity)) report(`${keyword} of ${at} is ${now[keyword]} now`);
  for (const keyword of MINIMA)
    if ((now[keyword] ?? -Infinity) > Math.max(old[keyword] ?? -Infinity, keyword === 'minimum' ? -Infinity : 0))
      report(`${keyword} of ${at} is ${now[keyword]} now`);
  if (now.pattern !== undefined && now.pattern !== old.pattern) report(`the pattern of ${at} is ${now.pattern} now`);
  if (now.uniqueItems && !old.uniqueItems) report(`the items of ${at} must be unique now`);
  if (old.default !== undefined && now.default !== old.default)
    report(`the default of ${at} is ${JSON.stringify(now.default)} instead of ${JSON.stringify(old.default)}`);
  if (
    now.additionalProperties === false &&
    old.additionalProperties !== false &&
    old.additionalProperties !== undefined
  )
    report(`${at} takes no other properties any more`);
  if (!now.enum) return;
  if (!old.enum) report(`${at} takes only ${now.enum.join(', ')} now`);
  for (const value of old.enum ?? []) if (!now.enum.includes(value)) report(`${at} does not take ${value} any more`);
}

function compareProperties(old, now, context, seen) {
  const { report, at, direction } = context;
  const isRequired = (schema, name) => schema.required?.includes(name) ?? false;
  for (const [name, property] of Object.entries(old.properties ?? {})) {
    const path = `${at}.${name}`;
    if (!now.properties?.[name]) {
      report(`${path} is gone`);
      continue;
    }
    if (direction === 'request' && isRequired(now, name) && !isRequired(old, name)) report(`${path} is required now`);
    if (direction === 'response' && isRequired(old, name) && !isRequired(now, name))
      report(`${path} may be absent now`);
    compareSchemas(property, now.properties[name], { ...context, at: path }, seen);
  }
  if (direction === 'response') return;
  for (const name of now.required ?? [])
    if (!old.properties?.[name] && old.properties) report(`${at}.${name} is new and required`);
}

/** What a schema refers to, itself or as the part of it that a property adds something to. */
function referenceOf(schema) {
  return schema?.$ref ?? schema?.allOf?.find(({ $ref }) => $ref)?.$ref;
}

/** The schema itself, with what `$ref` and `allOf` say merged into it. */
function resolved(schema, document) {
  if (schema?.$ref) return resolved(document.components.schemas[schema.$ref.split('/').at(-1)], document);
  const { allOf = [], ...own } = schema ?? {};
  return allOf.map((part) => resolved(part, document)).reduce(merged, own);
}

function merged(one, other) {
  const properties = one.properties || other.properties ? { ...other.properties, ...one.properties } : undefined;
  const required = [...new Set([...(one.required ?? []), ...(other.required ?? [])])];
  return { ...other, ...one, ...(properties && { properties }), ...(required.length > 0 && { required }) };
}

function typeOf({ type, properties, items, enum: values }) {
  if (type) return type;
  if (properties) return 'object';
  if (items) return 'array';
  return values ? typeof values[0] : 'any';
}

/** Whether values of the old type are values of the new one (in responses: the other way round). */
function isWider(old, now, direction) {
  const [narrow, wide] = direction === 'request' ? [old, now] : [now, old];
  return wide === 'any' || (narrow === 'integer' && wide === 'number');
}

function isSchema(value) {
  return typeof value === 'object' && value !== null;
}
