import { DomainError } from '../validation/domain-error';

/** RFC 6750, 3. */
const CHALLENGE = 'Bearer realm="agent-registry"';

/** No credentials came that we could look at. Without an error attribute: the client may not have known that it needs any. */
export function unauthorized(): DomainError {
  return new DomainError('unauthorized', 'unauthorized', 'This needs a bearer token in the Authorization header', {
    headers: { 'www-authenticate': CHALLENGE },
  });
}

/** Credentials came, and they are wrong, whatever is wrong with them; `reason` only where it tells nothing about secrets. */
export function invalidToken(reason?: string): DomainError {
  const detail = `The bearer token is not valid${reason ? `: ${reason}` : ''}`;
  return new DomainError('unauthorized', 'unauthorized', detail, {
    headers: { 'www-authenticate': `${CHALLENGE}, error="invalid_token"` },
  });
}

/** The token is good, and not good enough. No id stands in the message: errors of transactions are told apart by theirs. */
export function insufficientScope(detail: string, scope?: string): DomainError {
  const needed = scope === undefined ? '' : `, scope="${scope}"`;
  return new DomainError('forbidden', 'insufficient_scope', detail, {
    headers: { 'www-authenticate': `${CHALLENGE}, error="insufficient_scope"${needed}` },
  });
}

/** The store has proved it: there is nothing that anybody could own. */
export function agentUnknown(id: string): DomainError {
  return new DomainError('not_found', 'agent_not_found', `There is no agent ${id}`);
}

/** No id stands in it, see {@link insufficientScope}. */
export const FOREIGN_AGENT = 'This agent belongs to another client';

/** Why a token is refused that was replaced: who presents it has had it. */
export const REPLACED = 'it has been replaced';

/** There are no tokens to ask for. */
export function accessControlOff(): DomainError {
  return new DomainError(
    'conflict',
    'access_control_off',
    'Access control is off (AUTH_MODE=none): agents have no tokens',
  );
}

/** The token is for other agents. No id stands in it, see {@link insufficientScope}. */
export function outsideScope(detail = 'This agent is none of those that the token is for'): DomainError {
  return new DomainError('forbidden', 'outside_scope', detail);
}
