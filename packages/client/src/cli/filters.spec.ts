import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILTERS, PAGING } from './filters';

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
    const options = [...FILTERS, ...PAGING.filter(({ name }) => name !== 'all')].map(({ name }) => name);
    expect(options.sort()).toEqual(parameters.map(({ name }) => name).sort());
  });
});
