import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { Configuration } from '../../config/configuration';
import { DomainError } from '../../validation/domain-error';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Of the text that {@link SealedSecrets.seal} gives. */
const FORMAT = 'v1';
/** Under DATA_DIR, with an embedded database. */
const FILE = 'secrets.key';

interface Key {
  id: string;
  bytes: Buffer;
}

type Settings = Pick<Configuration, 'SECRETS_KEY' | 'DATABASE_URL' | 'DATA_DIR'>;

/** None of the keys at hand opens it, or it was sealed for something else. */
export class UnreadableSecret extends Error {
  override readonly name = 'UnreadableSecret';
}

/** No secret can be kept: there is a database of one's own, and no key for it. */
export function secretsKeyMissing(): DomainError {
  const detail = 'This keeps a secret, and there is no key for it: set SECRETS_KEY (openssl rand -base64 32)';
  return new DomainError('conflict', 'secrets_key_missing', detail);
}

/**
 * Secrets as the database keeps them: AES-256-GCM under the first key of `SECRETS_KEY`. Each names its key, so that a new key can be put in
 * front of the old one, and is bound to what it is for, so that it opens in no other row.
 */
@Injectable()
export class SealedSecrets {
  private keys: readonly Key[] | undefined;

  constructor(@Inject(Configuration) private readonly configuration: Settings) {}

  /** @throws DomainError `secrets_key_missing` */
  seal(secret: string, purpose: string): string {
    const [key] = this.keysAtHand();
    if (!key) throw secretsKeyMissing();
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key.bytes, nonce).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${FORMAT}.${key.id}.${sealed.toString('base64url')}`;
  }

  /** @throws UnreadableSecret */
  open(text: string, purpose: string): string {
    const [format, id, body = ''] = text.split('.');
    const key = format === FORMAT ? this.keysAtHand().find((each) => each.id === id) : undefined;
    if (!key) throw new UnreadableSecret(`sealed under the key ${id}, which is not in SECRETS_KEY`);
    const sealed = Buffer.from(body, 'base64url');
    try {
      const decipher = createDecipheriv(ALGORITHM, key.bytes, sealed.subarray(0, NONCE_BYTES));
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(sealed.subarray(-TAG_BYTES));
      return decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch (error) {
      throw new UnreadableSecret('damaged, or of another place', { cause: error });
    }
  }

  /** Whether it is sealed under a key that is not the first one any more. */
  isOutdated(text: string): boolean {
    const [key] = this.keysAtHand();
    return key !== undefined && text.split('.')[1] !== key.id;
  }

  private keysAtHand(): readonly Key[] {
    return (this.keys ??= this.readKeys().map((bytes) => ({ id: idOf(bytes), bytes })));
  }

  private readKeys(): Buffer[] {
    const { SECRETS_KEY, DATABASE_URL, DATA_DIR } = this.configuration;
    if (SECRETS_KEY !== undefined) return SECRETS_KEY.split(',').map((text) => Buffer.from(text.trim(), 'base64'));
    return DATABASE_URL === undefined ? [keptKey(DATA_DIR)] : [];
  }
}

/** Tells keys apart, and nothing of them. */
function idOf(key: Buffer): string {
  return createHash('sha256').update('agent-registry secrets key').update(key).digest('hex').slice(0, 16);
}

/** The key of an embedded database: made once, by whichever process is first. */
function keptKey(directory: string): Buffer {
  const path = join(directory, FILE);
  const own = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(own, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(own, path); // fails where there is one, and is never seen half written
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(own);
  }
  return Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
}
