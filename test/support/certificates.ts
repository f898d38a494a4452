import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its key, in files. */
export interface Pair {
  cert: string;
  key: string;
}

/** An authority of a test's own, and what it signs, made by openssl. */
export class TestAuthority {
  readonly directory = mkdtempSync(join(tmpdir(), 'agent-registry-tls-'));
  readonly ca: Pair;

  constructor() {
    this.ca = this.pair('ca');
    const about = ['-days', '2', '-subj', '/CN=Authority of a test', '-addext', 'keyUsage=critical,keyCertSign'];
    this.openssl(['req', '-x509', '-new', '-key', this.ca.key, '-out', this.ca.cert, ...about]);
  }

  /** A certificate for `localhost` and the loopback, or with a name of a client. */
  issue(name: string): Pair {
    const pair = this.pair(name);
    const request = `${pair.cert}.csr`;
    const extensions = `${pair.cert}.ext`;
    writeFileSync(extensions, 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    this.openssl(['req', '-new', '-key', pair.key, '-out', request, '-subj', `/CN=${name}`]);
    const serial = `0x${randomBytes(8).toString('hex').replace(/^./, '1')}`;
    const signer = ['-CA', this.ca.cert, '-CAkey', this.ca.key, '-set_serial', serial, '-days', '1'];
    this.openssl(['x509', '-req', '-in', request, '-out', pair.cert, '-extfile', extensions, ...signer]);
    return pair;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  private pair(name: string): Pair {
    const pair = { cert: join(this.directory, `${name}.crt`), key: join(this.directory, `${name}.key`) };
    this.openssl(['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', pair.key]);
    return pair;
  }

  private openssl(args: string[]): void {
    const { status, stderr, error } = spawnSync('openssl', args, { encoding: 'utf8' });
    if (status !== 0) throw error ?? new Error(stderr);
  }
}
