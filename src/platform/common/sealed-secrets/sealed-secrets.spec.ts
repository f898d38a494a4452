import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SealedSecrets, UnreadableSecret } from './sealed-secrets';

const OLD = Buffer.alloc(32, 1).toString('base64');
const NEW = Buffer.alloc(32, 2).toString('base64');
const DATABASE_URL = 'postgres://db/registry';

const secrets = (SECRETS_KEY?: string): SealedSecrets =>
  new SealedSecrets({ DATABASE_URL, DATA_DIR: 'unused', ...(SECRETS_KEY !== undefined && { SECRETS_KEY }) });

describe('SealedSecrets', () => {
  it('opens what it has sealed, and never seals the same text to the same one', () => {
    const sealed = secrets(OLD).seal('hunter2 é', 'webhook a');
    expect(sealed).not.toContain('hunter2');
    expect(secrets(OLD).seal('hunter2 é', 'webhook a')).not.toBe(sealed);
    expect(secrets(OLD).open(sealed, 'webhook a')).toBe('hunter2 é');
  });

  it('opens nothing that was sealed for another place, changed, cut off, or sealed under another key', () => {
    const sealed = secrets(OLD).seal('hunter2', 'webhook a');
    const [format, id, body] = sealed.split('.') as [string, string, string];
    const other = body.startsWith('A') ? 'B' : 'A';
    const damaged = [
      `${format}.${id}.${other}${body.slice(1)}`,
      `${format}.${id}.${body.slice(0, 20)}`,
      `v0.${id}.${body}`,
    ];
    for (const text of [...damaged, `${format}.${id}.`, ''])
      expect(() => secrets(OLD).open(text, 'webhook a')).toThrow(UnreadableSecret);
    expect(() => secrets(OLD).open(sealed, 'webhook b')).toThrow(UnreadableSecret);
    expect(() => secrets(NEW).open(sealed, 'webhook a')).toThrow(UnreadableSecret);
  });

  it('seals under the first key, opens under each, and says what is under another than the first', () => {
    const sealed = secrets(OLD).seal('hunter2', 'p');
    const both = secrets(`${NEW}, ${OLD}`);
    expect(both.open(sealed, 'p')).toBe('hunter2');
    expect(both.isOutdated(sealed)).toBe(true);
    const again = both.seal('hunter2', 'p');
    expect(both.isOutdated(again)).toBe(false);
    expect(secrets(NEW).open(again, 'p')).toBe('hunter2');
  });

  it('has no key of its own beside a DATABASE_URL', () => {
    expect(() => secrets().seal('hunter2', 'p')).toThrow(expect.objectContaining({ code: 'secrets_key_missing' }));
  });

  it('makes a key for an embedded database once, for its own account only', () => {
    const DATA_DIR = mkdtempSync(join(tmpdir(), 'agent-registry-key-'));
    try {
      const sealed = new SealedSecrets({ DATA_DIR }).seal('hunter2', 'p');
      expect(new SealedSecrets({ DATA_DIR }).open(sealed, 'p')).toBe('hunter2');
      expect(readdirSync(DATA_DIR)).toEqual(['secrets.key']);
      expect(statSync(join(DATA_DIR, 'secrets.key')).mode & 0o777).toBe(0o600);
    } finally {
      rmSync(DATA_DIR, { recursive: true });
    }
  });
});
