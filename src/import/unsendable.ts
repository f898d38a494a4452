import type { FieldError } from '../common/domain-error';
import { jsonViolations } from '../common/json-limits';
import type { AgentDefinition } from './agent-draft';

/**
 * Why an agent must not be put into a request: what the service refuses in a body refuses the whole body, the
 * neighbours included. Nothing for an agent that can be sent; whether it is valid is then the service's to say.
 */
export function whyUnsendable(definition: AgentDefinition, bytes: number, maxBytes: number): readonly FieldError[] {
  if (bytes > maxBytes) return [{ field: '', message: `takes ${bytes} bytes as JSON, more than ${maxBytes}` }];
  return jsonViolations(definition);
}
