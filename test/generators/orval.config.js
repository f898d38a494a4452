// Its client for `fetch` writes every object in a query as "[object Object]"; axios writes `metadata[team]`.
module.exports = {
  registry: {
    input: '../../openapi.json',
    output: { client: 'axios-functions', mode: 'single', target: '.generated/orval.ts' },
  },
};
