import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get, Injectable, Module, Param, type Type } from '@nestjs/common';
import { Requires } from '../../src/platform/access/requires.decorator';
import { pageHeaders, StaticPages, type DeclaredPages } from '../../src/platform/http/static-pages';
import { HotLane } from '../../src/platform/lane/hot-lane';
import { HotRoute } from '../../src/platform/lane/hot-route.decorator';
import { withTokens, type TestToken } from '../support/access';
import { createTestApp, type TestApp } from '../support/test-app';
import { WireClient } from '../support/wire';

const ADMIN: TestToken = { name: 'ops', token: 'token-of-ops', scopes: ['admin'] };
const POLICY = "default-src 'none';frame-ancestors 'none'";
const directory = mkdtempSync(join(tmpdir(), 'agent-registry-pages-'));
const files = join(directory, 'ui');

function moduleWith(...declared: DeclaredPages[]): Type {
  @Injectable()
  class Pages {
    constructor(pages: StaticPages) {
      for (const each of declared) pages.add(each);
    }
  }
  @Module({ controllers: [ItemsController], providers: [Pages] })
  class PagesModule {}
  return PagesModule;
}

@Controller('ui/items')
class ItemsController {
  @Get(':id')
  @HotRoute()
  @Requires('read')
  read(@Param('id') id: string): object {
    return { id };
  }
}

beforeAll(() => {
  mkdirSync(files);
  for (const path of ['secret.txt', 'ui/.hidden']) writeFileSync(join(directory, path), 'secret');
  writeFileSync(join(files, 'index.html'), '<title>Fleet</title>');
  writeFileSync(join(files, 'app.js'), 'start()');
});
afterAll(() => rmSync(directory, { recursive: true }));

describe.each(['on', 'off'] as const)('Static pages that a module declares, with the hot lane %s', (HOT_LANE) => {
  let app: TestApp;
  beforeAll(async () => {
    const headers = { ...pageHeaders({ connectSrc: ["'self'"] }), 'X-Frame-Options': 'DENY' };
    const module = moduleWith({ path: '/ui', headers, files });
    app = await createTestApp({ HOT_LANE, ...withTokens(ADMIN) }, undefined, undefined, [module]);
  });
  afterAll(() => app.close());

  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(app.url + path, { headers });

  it.each([
    ['/ui/', 'text/html; charset=utf-8', '<title>Fleet</title>'],
    ['/ui/app.js', 'text/javascript; charset=utf-8', 'start()'],
  ])('are served without a token: %s', async (path, type, text) => {
    const answer = await get(path);
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, type, text]);
  });

  it.each([
    ['a page', '/ui/', 200],
    ['a file', '/ui/app.js', 200],
    ['what is not there', '/ui/none.js', 404],
    ['a route below them', '/ui/items/1', 200],
    ['a route that is refused', '/ui/items/1', 401],
  ])('have their headers on every answer: %s', async (_, path, status) => {
    const taken = jest.spyOn(app.app.get(HotLane, { strict: false }), 'take');
    const answer = await get(path, status === 401 ? {} : { authorization: `Bearer ${ADMIN.token}` });
    const isTaken = taken.mock.results.some(({ value }) => value as boolean);
    taken.mockRestore();
    expect(answer.status).toBe(status);
    const policy = answer.headers.get('content-security-policy');
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("script-src 'self'");
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(isTaken).toBe(HOT_LANE === 'on' && path.startsWith('/ui/items/'));
  });

  it.each(['/agents', '/agents/none', '/uikit', '/UI/app.js', '/nowhere', '/openapi.json'])(
    'leave the default headers to all other paths: %s',
    async (path) => {
      const { headers } = await get(path, { authorization: `Bearer ${ADMIN.token}` });
      expect(headers.get('content-security-policy')).toBe(POLICY);
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('referrer-policy')).toBeNull();
    },
  );

  it.each([
    ['/ui/../secret.txt', 404],
    ['/ui/%2e%2e/secret.txt', 404],
    ['/ui/..%2fsecret.txt', 404],
    ['/ui/.hidden', 404],
    ['/ui/%zz', 400],
  ])('give no file from elsewhere: %s', async (path, status) => {
    const client = new WireClient(app.url); // fetch would resolve the dots
    try {
      const answer = await client.exchange({ method: 'GET', path });
      expect([answer.status, JSON.parse(answer.body)]).toEqual([status, expect.objectContaining({ status })]);
    } finally {
      client.close();
    }
  });
});

describe('The service does not start with static pages', () => {
  const headers = pageHeaders();

  it.each([
    ['at one path of two modules', ['/ui', '/ui'], 'Two modules declare static pages at /ui and /ui'],
    ['below those of another module', ['/ui', '/ui/fleet'], 'Two modules declare static pages at /ui/fleet and /ui'],
    ['above those of another module', ['/ui/fleet', '/ui'], 'Two modules declare static pages at /ui and /ui/fleet'],
    ['at the path of the API’s own page', ['/docs'], 'Two modules declare static pages at /docs and /docs'],
    ['at a path that ends in a slash', ['/ui/'], 'The path of static pages is written like /ui, not /ui/'],
    ['at the root', ['/'], 'The path of static pages is written like /ui, not /'],
  ])('%s', async (_, paths, message) => {
    const modules = paths.map((path) => moduleWith({ path, headers }));
    await expect(createTestApp({}, undefined, undefined, modules)).rejects.toThrow(message);
  });
});
