import { similarNames } from './similar-names';

const KNOWN = ['AUTH_MODE', 'REDIS_URL', 'DATA_DIR'];

describe('similarNames', () => {
  it.each([
    ['AUTH_MOD', 'AUTH_MODE'],
    ['AUTH_MODES', 'AUTH_MODE'],
    ['UTH_MODE', 'AUTH_MODE'],
    ['AUTH-MODE', 'AUTH_MODE'],
    ['AUHT_MODE', 'AUTH_MODE'],
    ['REDIS_ULR', 'REDIS_URL'],
    ['DATADIR', 'DATA_DIR'],
  ])('takes %s for %s', (name, meant) => {
    expect(similarNames([name], KNOWN)).toEqual([{ name, meant }]);
  });

  it.each(['AUTH_MODE', 'PATH', 'AUTH', 'AUTH_TOKENS', 'REDIS_HOST', 'DATA_DIRECTORY', ''])(
    'takes %j for none',
    (name) => {
      expect(similarNames([name], KNOWN)).toEqual([]);
    },
  );
});
