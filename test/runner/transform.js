// Jest's transformer of TypeScript. The compiler itself is loaded only for what jest's cache does not have.
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '../..');
/** What the output depends on beside the source. */
const DIGEST = ['node_modules/typescript/package.json', 'tsconfig.json', 'test/runner/transform.js']
  .reduce((hash, file) => hash.update(readFileSync(path.join(ROOT, file))), createHash('sha256'))
  .digest();
let compilerOptions;

exports.getCacheKey = (source, fileName) =>
  createHash('sha256').update(DIGEST).update(fileName).update(source).digest('hex');

exports.process = (source, fileName) => {
  const ts = require('typescript');
  compilerOptions ??= optionsOf(ts);
  const output = ts.transpileModule(source, { compilerOptions, fileName, reportDiagnostics: true });
  if (output.diagnostics.length > 0) throw new SyntaxError(textOf(ts, output.diagnostics));
  return { code: output.outputText, map: { ...JSON.parse(output.sourceMapText), sources: [fileName] } };
};

/** Those of the repository, for the CommonJS modules that jest runs. */
function optionsOf(ts) {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const commonJs = { module: 'commonjs', moduleResolution: 'node10' };
  return ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, ...commonJs }, ROOT).options;
}

function textOf(ts, diagnostics) {
  return ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => ROOT,
    getNewLine: () => '\n',
  });
}
