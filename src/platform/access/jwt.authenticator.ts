import { errors, jwtVerify, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import { PinoLogger } from 'nestjs-pino';
import { Clock } from '../common/clock';
import { DomainError } from '../validation/domain-error';
import { Configuration } from '../config/configuration';
import { invalidToken } from './access.errors';
import type { CheckWhere } from './agent-scope';
import { Authenticator } from './authenticator';
import { digestOf } from './bearer-token';
import { IssuerKeys } from './issuer-keys';
import { isClientName, SCOPES, type Client, type Scope } from './principal';

/** Asymmetric ones only: a secret shared with the issuer would let every verifier sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Clocks of the issuer and of this machine may differ by so much. */
const CLOCK_TOLERANCE_SECONDS = 5;
/** A token that was found good is not verified again for so long, unless it expires. */
const REMEMBERED_MS = 60_000;
const CAPACITY = 10_000;

/** OpenID Connect Core 1.0, 2 and 3: only ID tokens have them. */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash'];

interface Verified {
  client: Client;
  /** Milliseconds of the clock. */
  until: number;
}

/** JWTs of one OpenID Connect issuer (RFC 7519, RFC 9068): `sub` is the client's name, a claim holds its scopes. */
export class JwtAuthenticator extends Authenticator {
  private readonly verified = new LRUCache<string, Verified>({ max: CAPACITY });
  private readonly keys: IssuerKeys;

  constructor(
    private readonly configuration: Configuration,
    private readonly clock: Clock,
    logger: PinoLogger,
    private readonly checkWhere: CheckWhere,
  ) {
    super();
    logger.setContext(JwtAuthenticator.name);
    this.keys = new IssuerKeys(configuration.AUTH_JWT_ISSUER!, configuration.AUTH_JWT_JWKS_URL, clock, logger);
  }

  /** A verified token is kept by its digest: looking one up tells nothing about the others' signatures. */
  authenticate(token: string): Client | Promise<Client> {
    const key = digestOf(token).toString('base64');
    const known = this.verified.get(key);
    if (known && known.until > this.clock.now().getTime()) return known.client;
    return this.verify(token, key);
  }

  /** The issuer does not say whom it knows: an administrator revokes the tokens of a subject's agents. */
  knows(): boolean {
    return true;
  }

  private async verify(token: string, key: string): Promise<Client> {
    const now = this.clock.now();
    const payload = await this.payloadOf(token, now);
    const client = this.clientOf(payload);
    const expiry = client.expiresAt + CLOCK_TOLERANCE_SECONDS * 1000;
    this.verified.set(key, { client, until: Math.min(expiry, now.getTime() + REMEMBERED_MS) });
    return client;
  }

  private async payloadOf(token: string, currentDate: Date): Promise<JWTPayload> {
    const { AUTH_JWT_ISSUER: issuer, AUTH_JWT_AUDIENCE: audience } = this.configuration;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, (header, jws) => this.keys.find(header, jws), {
        issuer: issuer!,
        audience: audience!,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate,
        requiredClaims: ['exp', 'sub'],
      });
      this.requireAccessToken(payload, protectedHeader, currentDate);
      return payload;
    } catch (error) {
      if (error instanceof DomainError) throw error;
      // What jose says names claims and keys' kinds, never their values. Anything else it throws is about the token's keys, too.
      throw invalidToken(error instanceof errors.JOSEError ? error.message : undefined);
    }
  }

  /** An ID token says who logged in, not what its bearer may do here, and a token for years is a password. */
  private requireAccessToken(payload: JWTPayload, { typ }: JWTHeaderParameters, now: Date): void {
    const type = typ?.toLowerCase().replace(/^application\//, '');
    const isNamed = type === 'at+jwt';
    if (!isNamed && (this.configuration.AUTH_JWT_TYPE === 'at+jwt' || (type !== undefined && type !== 'jwt')))
      throw invalidToken('its "typ" must be at+jwt');
    if (!isNamed && ID_TOKEN_CLAIMS.some((claim) => claim in payload)) throw invalidToken('it is an ID token');
    const issuedAt = payload.iat ?? now.getTime() / 1000;
    const lifetime = this.configuration.AUTH_JWT_MAX_LIFETIME_SECONDS;
    if (payload.exp! - Math.min(issuedAt, now.getTime() / 1000 + CLOCK_TOLERANCE_SECONDS) > lifetime)
      throw invalidToken(`it is issued for more than ${lifetime} seconds`);
  }

  private clientOf(payload: JWTPayload): Client {
    if (!isClientName(payload.sub)) throw invalidToken('"sub" must be 1 to 255 printable characters');
    const scopes = scopesIn(payload[this.configuration.AUTH_JWT_SCOPES_CLAIM]);
    return {
      kind: 'client',
      name: payload.sub,
      scopes,
      ...this.whereIn(payload, scopes),
      expiresAt: payload.exp! * 1000,
    };
  }

  /** Where a claim is to hold it, a token without it is for all agents, and one that cannot be understood is for none. */
  private whereIn(payload: JWTPayload, scopes: readonly Scope[]): Pick<Client, 'where'> {
    const { AUTH_JWT_WHERE_CLAIM: claim } = this.configuration;
    const where = claim === undefined ? undefined : payload[claim];
    if (where === undefined) return {};
    if (typeof where !== 'string') throw invalidToken(`"${claim}" must be a string`);
    if (scopes.includes('admin')) throw invalidToken(`"${claim}" cannot restrict the scope admin`);
    const problem = this.checkWhere(where);
    if (problem !== undefined) throw invalidToken(`"${claim}": ${problem}`);
    return { where };
  }
}

/** A string of words (RFC 8693, 4.2) or an array of them; those of other services are none of our business. */
function scopesIn(claim: unknown): Scope[] {
  const words: unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return SCOPES.filter((scope) => words.includes(scope));
}
