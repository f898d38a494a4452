import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILTERS, ORDERING, PAGING } from './filters';

interface Parameter {
  name: string;
  in: string;
}

describe('The options of lists', () => {
  it('are the query parameters of GET /agents, all of them', () => {
    const document = JSON.parse(readFileSync(join(__dirname, '../../../../openapi.json'), 'utf8')) as {
      paths: Record<string, { get: { parameters: Parameter[] } }>;
    };
    const parameters = document.paths['/agents']!.get.parameters.filter((each) => each.in === 'query');
    const options = [...FILTERS, ...ORDERING, ...PAGING.filter(({ name }) => name !== 'all')].map(({ name }) => name);
    // Commands that show no total do without it by themselves.
    const names = parameters.map(({ name }) => name.replace('_', '-')).filter((name) => name !== 'include-total');
    expect(options.sort()).toEqual(names.sort());
  });
});
