import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { dateOf } from '../common/clock';

export interface TlsSettings {
  TLS_CERT_FILE?: string;
  TLS_KEY_FILE?: string;
  TLS_CLIENT_CA_FILE?: string;
}

/** What is wrong with the files. The message names the setting, and never what is in the key. */
export class TlsFileError extends Error {
  override readonly name = 'TlsFileError';
}

/** What the files hold at one moment, and fits together. */
export interface TlsMaterial extends SecureContextOptions {
  cert: Buffer;
  key: Buffer;
  /** Of those that clients' certificates must be signed by; undefined: clients need none. */
  ca: Buffer | undefined;
  /** When the certificate ends, milliseconds since 1970. */
  expiresAt: number;
}

/** The certificate, the key and the authority of clients' certificates, in files that are replaced while the service runs. */
export class TlsFiles {
  private constructor(
    private readonly settings: TlsSettings,
    private material: TlsMaterial,
  ) {}

  /**
   * Undefined when the service speaks plain HTTP.
   * @throws TlsFileError when the files cannot be used
   */
  static of(settings: TlsSettings): TlsFiles | undefined {
    return settings.TLS_CERT_FILE === undefined ? undefined : new TlsFiles(settings, read(settings));
  }

  get current(): TlsMaterial {
    return this.material;
  }

  /**
   * Reads the files again. Undefined when they are as they were; a certificate whose key has not been written yet is not used.
   * @throws TlsFileError when they cannot be used: what is {@link current} stays
   */
  reread(): TlsMaterial | undefined {
    const now = read(this.settings);
    const { cert, key, ca } = this.material;
    if (now.cert.equals(cert) && now.key.equals(key) && (now.ca?.equals(ca!) ?? true)) return undefined;
    this.material = now;
    return now;
  }
}

function read({ TLS_CERT_FILE, TLS_KEY_FILE, TLS_CLIENT_CA_FILE }: TlsSettings): TlsMaterial {
  const cert = contentOf('TLS_CERT_FILE', TLS_CERT_FILE!);
  const key = contentOf('TLS_KEY_FILE', TLS_KEY_FILE!);
  const ca = TLS_CLIENT_CA_FILE === undefined ? undefined : contentOf('TLS_CLIENT_CA_FILE', TLS_CLIENT_CA_FILE);
  const expiresAt = dateOf(certificateIn('TLS_CERT_FILE', cert).validTo).getTime();
  if (ca) certificateIn('TLS_CLIENT_CA_FILE', ca);
  try {
    createSecureContext({ key });
  } catch (error) {
    throw new TlsFileError('TLS_KEY_FILE holds no private key in PEM without a passphrase', { cause: error });
  }
  try {
    createSecureContext({ cert, key, ca });
  } catch (error) {
    throw new TlsFileError('TLS_KEY_FILE is not the key of the certificate in TLS_CERT_FILE', { cause: error });
  }
  return { cert, key, ca, expiresAt };
}

function contentOf(setting: string, path: string): Buffer {
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TlsFileError(`${setting} names a file that cannot be read: ${path} (${code})`, { cause: error });
  }
  if (content.toString('latin1').trim() === '')
    throw new TlsFileError(`${setting} names a file that is empty: ${path}`);
  return content;
}

function certificateIn(setting: string, content: Buffer): X509Certificate {
  try {
    return new X509Certificate(content);
  } catch (error) {
    throw new TlsFileError(`${setting} holds no certificate in PEM`, { cause: error });
  }
}
