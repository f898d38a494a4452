import express from 'express';
import { routeLayers } from './express';

describe('The private API of express', () => {
  it('lists the layers of the router, with which paths and methods they take', () => {
    const app = express();
    app.use((_request, _response, next) => next());
    app.get('/agents/:id', () => undefined);
    app.all('/any', () => undefined);
    const [middleware, byId, any, ...others] = routeLayers(app);
    expect(others).toEqual([]);
    expect(middleware).toMatchObject({ route: undefined });
    expect(byId!.route).toMatchObject({ path: '/agents/:id', methods: { get: true } });
    expect(['/agents/a', '/agents', '/any'].map((path) => Boolean(byId!.match(path)))).toEqual([true, false, false]);
    expect(() => byId!.match('/agents/%')).toThrow(/Failed to decode/);
    const { _all, ...each } = any!.route!.methods;
    expect(_all === true || Object.keys(each).length > 30).toBe(true);
  });
});
