import { timingSafeEqual } from 'node:crypto';
import { statSync } from 'node:fs';
import type { OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { Clock } from '../../common/clock';
import type { PeriodicTasks } from '../../scheduling/periodic-tasks';
import { Configuration, ConfigurationError } from '../../config/configuration';
import { invalidToken } from '../access.errors';
import type { CheckWhere } from '../agent-scope';
import { Authenticator } from '../authenticator';
import { digestOf } from '../bearer-token';
import type { Client } from '../principal';
import { readTokens, type StaticToken } from './token-list';
import { invalidityAt, isDated } from './validity';

const LOOK_EVERY_MS = 1000;

/** The tokens of the configuration. The file is read again when it changes; a broken one changes nothing. */
export class TokenAuthenticator extends Authenticator implements OnApplicationBootstrap {
  private tokens: readonly StaticToken[] = [];
  private expiries: ReadonlyMap<string, number> = new Map();
  private seen: string;

  /** @throws ConfigurationError when the tokens cannot be used */
  constructor(
    private readonly configuration: Configuration,
    private readonly clock: Clock,
    private readonly tasks: PeriodicTasks,
    private readonly logger: PinoLogger,
    private readonly checkWhere: CheckWhere,
  ) {
    super();
    logger.setContext(TokenAuthenticator.name);
    this.seen = this.look(); // before it is read: what changes in between has then changed
    if (configuration.AUTH_MODE === 'token') this.hold(readTokens(configuration, checkWhere));
  }

  /** Looks every second: mounted secrets are swapped by symlinks, which not every watch notices. */
  onApplicationBootstrap(): void {
    const { AUTH_MODE, AUTH_TOKENS_FILE } = this.configuration;
    if (AUTH_MODE !== 'token' || AUTH_TOKENS_FILE === undefined) return;
    this.tasks.add({ name: 'token-file', everyMs: LOOK_EVERY_MS, run: () => this.reload() });
  }

  /**
   * Compares with every token there is, each time all 256 bits and to the end of the list, so that how long it takes says
   * nothing about any of them. Why a listed token is not valid now is for its holder only, who alone can present it.
   */
  authenticate(token: string): Client {
    const digest = digestOf(token);
    let found: StaticToken | undefined;
    for (const listed of this.tokens) if (timingSafeEqual(listed.digest, digest)) found = listed;
    if (!found) throw invalidToken();
    const reason = isDated(found) ? invalidityAt(found, this.clock.now().getTime()) : undefined;
    if (reason) throw invalidToken(reason);
    return clientOf(found, found.expiresAt);
  }

  /** Listed at present, with a token that has not expired. */
  knows(client: string): boolean {
    const expiry = this.expiries.get(client);
    return expiry !== undefined && (expiry === Infinity || expiry > this.clock.now().getTime());
  }

  override clientNamed(name: string): Client | undefined {
    const listed = this.tokens.find((token) => token.name === name);
    return listed && this.knows(name) ? clientOf(listed, this.expiries.get(name)!) : undefined;
  }

  override get expiryByClient(): ReadonlyMap<string, number> {
    return this.expiries;
  }

  private hold(tokens: readonly StaticToken[]): void {
    this.tokens = tokens;
    const expiries = new Map<string, number>();
    for (const { name, expiresAt } of tokens) expiries.set(name, Math.max(expiresAt, expiries.get(name) ?? -Infinity));
    this.expiries = expiries;
    const expired = [...expiries.keys()].filter((name) => !this.knows(name));
    if (expired.length > 0) this.logger.warn({ clients: expired }, 'All tokens of these clients have expired');
  }

  private reload(): void {
    const now = this.look();
    if (now === this.seen) return;
    this.seen = now;
    try {
      this.hold(readTokens(this.configuration, this.checkWhere));
      this.logger.info({ tokens: this.tokens.length }, 'AUTH_TOKENS_FILE has changed; its tokens hold from now on');
    } catch (error) {
      const problems = error instanceof ConfigurationError ? error.problems : [String(error)];
      this.logger.error(
        { problems },
        'AUTH_TOKENS_FILE has changed and cannot be used; the tokens before it still hold',
      );
    }
  }

  /** What tells one state of the file from another, through any symlinks. Never throws: reading it will say what is wrong. */
  private look(): string {
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = statSync(this.configuration.AUTH_TOKENS_FILE ?? '', {
        bigint: true,
      });
      return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
    } catch (error) {
      return String((error as NodeJS.ErrnoException).code);
    }
  }
}

function clientOf({ name, scopes, where }: StaticToken, expiresAt: number): Client {
  return { kind: 'client', name, scopes, ...(where !== undefined && { where }), expiresAt };
}
