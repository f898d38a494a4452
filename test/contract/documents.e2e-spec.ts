import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createTestApp, type TestApp } from '../support/test-app';

/** What Nest's module for OpenAPI makes YAML with. */
const yaml = jest.requireActual<{ dump: (document: object) => string }>('js-yaml');

describe('The documents of the API', () => {
  let app: TestApp;
  beforeAll(async () => (app = await createTestApp()));
  afterAll(() => app.close());

  it.each([
    ['/openapi.json', 'application/json; charset=utf-8'],
    ['/openapi.yaml', 'text/yaml; charset=utf-8'],
    ['/docs', 'text/html; charset=utf-8'],
    ['/docs/swagger-ui-init.js', 'application/javascript; charset=utf-8'],
  ])('%s is generated once, and the same from memory, for HEAD and with any query too', async (path, type) => {
    const dump = jest.spyOn(yaml, 'dump');
    const stringify = jest.spyOn(JSON, 'stringify');
    const isDocument = (value: unknown): boolean => typeof value === 'object' && value !== null && 'openapi' in value;
    const answers: Record<'status' | 'type' | 'length' | 'text', unknown>[] = [];
    for (const query of ['', '', '?x=1']) {
      const answer = await fetch(app.url + path + query);
      answers.push({
        status: answer.status,
        type: answer.headers.get('content-type'),
        length: answer.headers.get('content-length'),
        text: await answer.text(),
      });
    }
    const head = await fetch(app.url + path, { method: 'HEAD' });
    const generated = dump.mock.calls.length + stringify.mock.calls.filter(([value]) => isDocument(value)).length;
    dump.mockRestore();
    stringify.mockRestore();
    expect(answers[0]).toMatchObject({ status: 200, type });
    expect(answers).toEqual(answers.map(() => answers[0]));
    expect([head.status, head.headers.get('content-length')]).toEqual([200, answers[0]!.length]);
    expect(generated).toBeLessThanOrEqual(1);
  });

  it('are the same in both formats', async () => {
    const json: unknown = await (await fetch(`${app.url}/openapi.json`)).json();
    const text = await (await fetch(`${app.url}/openapi.yaml`)).text();
    expect(parse(text)).toEqual(json);
  });

  it('are openapi.json of the repository, with this service as the server', async () => {
    const served = (await (await fetch(`${app.url}/openapi.json`)).json()) as { servers: { url: string }[] };
    const committed = JSON.parse(readFileSync(join(__dirname, '../../openapi.json'), 'utf8')) as object;
    expect(served).toEqual({ ...committed, servers: [expect.objectContaining({ url: '/' })] });
  });

  it('have a page that is named after the registry', async () => {
    expect(await (await fetch(`${app.url}/docs`)).text()).toContain('<title>Agent Registry API</title>');
  });

  it.each(['POST', 'DELETE'])('take no %s', async (method) => {
    expect((await app.request(method, '/openapi.json')).status).toBe(405);
  });
});
