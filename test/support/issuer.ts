import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWK, type JWTPayload, type KeyLike } from 'jose';

interface Key {
  privateKey: KeyLike;
  jwk: JWK;
}

/** An OpenID Connect issuer over HTTP, with keys of its own: as much of one as a resource server sees. */
export class Issuer {
  /** What it was asked for, in turn. */
  readonly asked: string[] = [];
  /** What its configuration document is to say in place of the truth. */
  configuration: Record<string, unknown> = {};
  private readonly keys: Key[] = [];
  private server: Server | undefined;
  private port = 0;

  static async start(algorithm = 'RS256'): Promise<Issuer> {
    const issuer = new Issuer();
    await issuer.rotate('key-1', algorithm);
    await issuer.up();
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/realm`;
  }

  /** From now on it signs with a new key; those before it are still listed. */
  async rotate(kid: string, alg = 'RS256'): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    this.keys.unshift({ privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } });
  }

  /** A token that is good for five minutes; claims that are undefined are left out. */
  async token(claims: JWTPayload = {}, header: { kid?: string; typ?: string } = {}): Promise<string> {
    const { privateKey, jwk } = this.keys[0]!;
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: this.url, aud: 'agent-registry', sub: 'robot', iat: now, exp: now + 300, ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg: jwk.alg!, kid: jwk.kid, ...header }).sign(privateKey);
  }

  /** Where its public keys are. */
  get jwksUrl(): string {
    return `${this.url}/keys`;
  }

  get publicKeys(): JWK[] {
    return this.keys.map(({ jwk }) => jwk);
  }

  /** Listens, on the port that it had before. */
  async up(): Promise<void> {
    this.server = createServer((request, response) => {
      this.asked.push(request.url!);
      const documents: Record<string, unknown> = {
        '/realm/.well-known/openid-configuration': { issuer: this.url, jwks_uri: this.jwksUrl, ...this.configuration },
        '/realm/keys': { keys: this.publicKeys },
      };
      const document = documents[request.url!];
      response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(document ?? {}));
    });
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async down(): Promise<void> {
    const closed = new Promise((resolve) => this.server!.close(resolve));
    this.server!.closeAllConnections();
    await closed;
  }
}
