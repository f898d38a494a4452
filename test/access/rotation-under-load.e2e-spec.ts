import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bearer, sha256, withTokens, type TestToken } from '../support/access';
import { registration } from '../support/builders';
import { Issuer } from '../support/issuer';
import { createPatientApp } from '../support/patient-app';
import { SteadyLoad } from '../support/steady-load';
import type { TestApp } from '../support/test-app';

const OWNER: TestToken = { name: 'fleet', token: 'token-of-the-fleet', scopes: ['agent'] };
const WORKERS = 6;
const ROTATIONS = 8;

/** Requests of an agent, or of its owner, that a token is good for, at the replicas in turn; the outcome has no place for a 401. */
function requester(services: TestApp[], id: string, token: () => Promise<string> | string) {
  const requests: [method: string, path: string, body?: (turn: number) => unknown][] = [
    ['POST', `/agents/${id}/heartbeat`],
    ['GET', `/agents/${id}`],
    ['POST', '/agents/heartbeats', () => ({ beats: [{ id }] })],
    ['GET', `/agents/${id}/events?limit=1`],
    ['PATCH', `/agents/${id}`, (turn) => ({ metadata: { turn } })],
  ];
  return async (worker: number, turn: number): Promise<string> => {
    const [method, path, body] = requests[(worker + turn) % requests.length]!;
    const service = services[(worker + turn) % services.length]!;
    const answer = await service.request(method, path, body?.(turn), bearer(await token()));
    const isConflict = answer.status === 409 && answer.body.code === 'concurrent_update'; // of two changes at once
    return isConflict ? '200' : `${answer.status}`;
  };
}

describe('While requests go on at two replicas, none is refused', () => {
  const services: TestApp[] = [];
  afterEach(async () => {
    for (const service of services.toReversed()) await service.close();
    services.length = 0;
  });

  const start = async (settings: Parameters<typeof createPatientApp>[0]): Promise<[TestApp, TestApp]> => {
    const app = await createPatientApp(settings);
    services.push(app);
    const replica = await createPatientApp(settings, app.database);
    services.push(replica);
    for (const { clock } of services) clock.ignoreStalls();
    return [app, replica];
  };
  const register = async (app: TestApp, id: string, token: string): Promise<string> =>
    (await app.request<{ token: string }>('POST', '/agents/register', registration({ id }), bearer(token))).body.token;

  it('because an agent replaces its own token', async () => {
    const replicas = await start(withTokens(OWNER));
    let token = await register(replicas[0], 'rotating', OWNER.token);
    const all = new Set([token]);
    const load = new SteadyLoad(
      WORKERS,
      requester(replicas, 'rotating', () => token),
    );
    for (let rotation = 0; rotation < ROTATIONS; rotation++) {
      const answer = await replicas[rotation % 2]!.request<{ token: string }>(
        'POST',
        '/agents/rotating/token',
        undefined,
        bearer(token),
      );
      expect(answer.status).toBe(200);
      all.add((token = answer.body.token));
      await load.more();
    }
    expect(await load.end()).toEqual(['200']);
    expect(all.size).toBe(ROTATIONS + 1);
  });

  it('because a token of the list is replaced', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rotation-'));
    const file = join(folder, 'tokens.json');
    const write = (...tokens: string[]): void => {
      const list = [{ name: 'fleet', sha256: tokens.map((token) => sha256(token)), scopes: ['agent'] }];
      writeFileSync(`${file}.new`, JSON.stringify(list));
      renameSync(`${file}.new`, file);
    };
    write('token-0');
    const replicas = await start({ AUTH_MODE: 'token', AUTH_TOKENS_FILE: file });
    let token = 'token-0';
    await register(replicas[0], 'listed', token);
    const load = new SteadyLoad(
      WORKERS,
      requester(replicas, 'listed', () => token),
    );
    const reload = async (...tokens: string[]): Promise<void> => {
      write(...tokens);
      for (const { clock } of replicas) await clock.advance(1.1);
    };
    for (let rotation = 1; rotation <= 3; rotation++) {
      const [before, next] = [token, `token-${rotation}`];
      await reload(before, next);
      await load.more();
      token = next;
      await load.more();
      await reload(next);
      await load.more();
      for (const replica of replicas)
        expect((await replica.request('GET', '/agents/listed', undefined, bearer(before))).status).toBe(401);
    }
    expect(await load.end()).toEqual(['200']);
    rmSync(folder, { recursive: true });
  });

  it('because an issuer signs with a new key, though the keys were asked for just now', async () => {
    const issuer = await Issuer.start();
    const settings = { AUTH_MODE: 'jwt', AUTH_JWT_ISSUER: issuer.url, AUTH_JWT_AUDIENCE: 'agent-registry' } as const;
    const replicas = await start(settings);
    const fresh = (): Promise<string> => issuer.token({ scope: 'agent' });
    await register(replicas[0], 'signed', await fresh());
    const load = new SteadyLoad(WORKERS, requester(replicas, 'signed', fresh));
    for (let rotation = 2; rotation <= 4; rotation++) {
      await issuer.rotate(`key-${rotation}`);
      await load.more();
    }
    expect(await load.end()).toEqual(['200']);
    await issuer.down();
  });
});
