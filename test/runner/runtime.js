// Jest's runtime, with one difference: Node loads packages, and with `product: 'built'` the product from dist/, once per
// worker. In jest's sandbox, every test file would load the 2,700 modules of the service again.
const { createRequire, isBuiltin } = require('node:module');
const path = require('node:path');
const { default: Runtime } = require('jest-runtime');

const SOURCES = path.join(__dirname, '../../src/');
const BUILT = path.join(__dirname, '../../dist');

module.exports = class extends Runtime {
  #isProductBuilt;

  constructor(config, ...rest) {
    super(config, ...rest);
    this.#isProductBuilt = config.testEnvironmentOptions.product === 'built';
  }

  requireModuleOrMock(from, name) {
    if (isPackage(name)) return createRequire(from)(name);
    const file = path.resolve(path.dirname(from), name);
    if (this.#isProductBuilt && file.startsWith(SOURCES))
      return require(path.join(BUILT, path.relative(SOURCES, file)));
    return super.requireModuleOrMock(from, name);
  }
};

function isPackage(name) {
  return !/^[./#]/.test(name) && !isBuiltin(name) && name !== '@jest/globals';
}
