/**
 * Texts in which a login, a token or a key may stand: wider than what `withoutSecrets` leaves out, and such that PostgreSQL reads it as
 * JavaScript does. Readers who do not see an agent's secrets cannot look into them with an expression.
 */
export const CREDENTIALS_IN_TEXT =
  '://[^/?#]*@|authorization["\']?[ \\t]?[:=]|(bearer|basic)[ \\t]+[^ ]{8}|^bearer[ \\t]|eyJ[A-Za-z0-9_-]{8,}[.]|-----BEGIN|[A-Za-z0-9_-][ \\t]?=';

const PATTERN = new RegExp(CREDENTIALS_IN_TEXT, 'i');

export function mayHoldCredentials(value: unknown): boolean {
  return typeof value === 'string' && PATTERN.test(value);
}
