import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listOf, type TestToken } from '../support/access';
import { PATIENCE } from '../support/patience';
import { ServiceProcess } from '../support/service-process';
import { Sink, type Received } from '../support/sink';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const PAGE = readFileSync(join(__dirname, '../../docs/webhooks.md'), 'utf8');
/** The name of a Go compiler. */
const { TEST_GO } = process.env;
/** A proxy for everything else is not for these. */
const ENVIRONMENT = { ...process.env, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
const admin: TestToken = { name: 'ops', token: 'token-of-ops-Wh4k', scopes: ['admin'] };

jest.setTimeout(600_000);

function blocks(language: string): string[] {
  return [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map((match) => match[1]!);
}

/** The program around the page's function in Go; its input is what a receiver gets, and the secret. */
const GO = `package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	var given struct {
		Headers map[string]string
		Body    string
		Secret  string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		panic(err)
	}
	header := http.Header{}
	for name, value := range given.Headers {
		header.Set(name, value)
	}
	if err := verify(header, []byte(given.Body), given.Secret); err != nil {
		fmt.Println("bad")
	} else {
		fmt.Println("good")
	}
}
`;
const PYTHON = `
import json, sys
given = json.load(sys.stdin)
try:
    verify(given["headers"], given["body"].encode(), given["secret"])
    print("good")
except ValueError:
    print("bad")
`;

/** What a receiver has got, by the secret that it knows. */
interface Given {
  headers: Record<string, string>;
  body: string;
  secret: string;
}

describe('docs/webhooks.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'webhooks-doc-'));
  let database: TestDatabase;
  let service: ServiceProcess;
  let sink: Sink;
  let given: Given;

  beforeAll(async () => {
    [database, sink] = await Promise.all([createTestDatabase(), Sink.start()]);
    service = await ServiceProcess.start({
      env: {
        DATABASE_URL: database.url,
        AUTH_MODE: 'token',
        AUTH_TOKENS: listOf([admin]),
        SECRETS_KEY: randomBytes(32).toString('base64'),
        OUTBOUND_ALLOW_HOSTS: 'localhost',
      },
    });
    const { secret } = await request('/webhooks', { url: sink.url });
    await request('/agents/register', { id: 'documented', name: 'Ümlaut', type: 'worker' });
    await until('an event has come', PATIENCE, () => sink.received.length > 0);
    const { headers, body } = sink.received[0] as Received & { headers: Record<string, string> };
    given = { headers, body, secret: String(secret) };
  });
  afterAll(async () => {
    await ServiceProcess.killAll();
    await sink.close();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  async function request(path: string, body: object): Promise<Record<string, unknown>> {
    const headers = { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' };
    const answer = await fetch(service.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.status).toBe(201);
    return (await answer.json()) as Record<string, unknown>;
  }
  function run(command: string[], input: string, env: Record<string, string> = {}): string {
    const options = { input, cwd: folder, encoding: 'utf8' as const, env: { ...ENVIRONMENT, ...env } };
    const { status, stdout, stderr } = spawnSync(command[0]!, command.slice(1), options);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout.trim();
  }
  const [makes, verifies] = blocks('sh') as [string, string];

  it('makes one with curl', () => {
    const made = run(['bash', '--norc', '-eu', '-c', makes], '', { REGISTRY: service.url, TOKEN: admin.token });
    expect(JSON.parse(made)).toMatchObject({
      id: expect.any(String) as string,
      secret: expect.stringMatching(/^whsec_/) as string,
      types: ['status_changed', 'deregistered'],
    });
  });

  it('shows an event as it arrives', () => {
    const shown = JSON.parse(blocks('json')[0]!) as Record<string, unknown>;
    const arrived = JSON.parse(given.body) as Record<string, unknown>;
    expect(Object.keys(arrived)).toEqual(Object.keys(shown));
    const members = Object.keys(arrived.data as object);
    const optional = new Set(['from', 'reason', 'actor', 'request_id', 'client_request_id']);
    for (const member of Object.keys(shown.data as object))
      if (!optional.has(member)) expect(members).toContain(member);
  });

  const receivers: Record<string, (given: Given) => string> = {
    'curl and openssl': ({ headers, body, secret }) => {
      writeFileSync(join(folder, 'body.json'), body);
      return run(['bash', '--norc', '-eu', '-c', verifies], '', {
        SECRET: secret,
        WEBHOOK_ID: headers['webhook-id']!,
        WEBHOOK_TIMESTAMP: headers['webhook-timestamp']!,
        WEBHOOK_SIGNATURE: headers['webhook-signature']!,
      });
    },
    Python: (received) => run(['python3', '-c', blocks('python')[0]! + PYTHON], JSON.stringify(received)),
  };
  if (TEST_GO) {
    receivers.Go = (received) => {
      writeFileSync(join(folder, 'verify.go'), GO + blocks('go')[0]!);
      return run([TEST_GO, 'run', 'verify.go'], JSON.stringify(received));
    };
  } else console.info('The Go of docs/webhooks.md is not run: TEST_GO does not name a Go compiler');

  it.each(Object.keys(receivers))('verifies what arrives with %s', (language) => {
    const verify = receivers[language]!;
    const other = `whsec_${randomBytes(32).toString('base64')}`;
    const signature = given.headers['webhook-signature']!;
    const former = { ...given.headers, 'webhook-signature': `v1,${randomBytes(32).toString('base64')} ${signature}` };
    expect(verify(given)).toBe('good');
    expect(verify({ ...given, headers: former })).toBe('good');
    expect(verify({ ...given, body: given.body.replace('documented', 'tampered-w') })).toBe('bad');
    expect(verify({ ...given, secret: other })).toBe('bad');
    expect(verify({ ...given, headers: { ...given.headers, 'webhook-id': '999' } })).toBe('bad');
    expect(verify({ ...given, headers: { ...given.headers, 'webhook-signature': '' } })).toBe('bad');
  });
});
