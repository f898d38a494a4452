import type { OpenAPIObject } from '@nestjs/swagger';
import { openApiOperations, type OpenApiOperation } from '../common/openapi-operations';
import type { Configuration } from '../config/configuration';
import { ACCESS_EXTENSION, type RouteRequirement } from './requires.decorator';

type Described = OpenApiOperation & { [ACCESS_EXTENSION]?: RouteRequirement; 'x-required-scope'?: string };

/**
 * Writes into the OpenAPI document what each operation asks of its caller: a sentence, `x-required-scope`, and no token at all for
 * probes and metrics that are open.
 */
export function describeAccess(
  document: OpenAPIObject,
  { AUTH_HEALTH, AUTH_METRICS }: Pick<Configuration, 'AUTH_HEALTH' | 'AUTH_METRICS'>,
): void {
  const isOpen = { health: AUTH_HEALTH === 'open', metrics: AUTH_METRICS === 'open' };
  for (const operation of openApiOperations(document) as Described[]) {
    const requirement = operation[ACCESS_EXTENSION];
    if (!requirement) continue;
    delete operation[ACCESS_EXTENSION];
    const { access } = requirement;
    const isConfigured = access === 'health' || access === 'metrics';
    if (isConfigured && isOpen[access]) {
      operation.security = [];
      delete operation.responses['401'];
      delete operation.responses['403'];
    } else if (access !== 'authenticated') operation['x-required-scope'] = isConfigured ? 'read' : access;
    operation.description = [operation.description, sentenceOf(requirement)].filter(Boolean).join('\n\n');
  }
}

function sentenceOf({ access, ownAgent, allowItself, allowOperators }: RouteRequirement): string {
  if (access === 'health') return 'Needs no token, or the scope `read` with `AUTH_HEALTH=closed`.';
  if (access === 'metrics') return 'Needs the scope `read`, or no token with `AUTH_METRICS=open`.';
  if (access === 'authenticated') return 'Needs any valid token.';
  if (!ownAgent) return `Needs the scope \`${access}\`.`;
  const operators = allowOperators ? ', the scope `operate`' : '';
  const whose = 'the agent’s own token, the scope `agent` of the client that owns it';
  if (access === 'agent') return `Needs ${whose}${operators}, or the scope \`admin\`.`;
  if (access === 'read') return `Needs the scope \`read\`, ${whose}, or the scope \`admin\`.`;
  return `Needs the scope \`${access}\`${allowItself ? ' or the agent’s own token' : ''}.`;
}
