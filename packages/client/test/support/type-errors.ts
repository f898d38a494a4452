import { dirname, join } from 'node:path';
import ts from 'typescript';

/** What the compiler has against these files and what they import. `options` are those of a tsconfig.json in the folder. */
export function typeErrors(folder: string, files: readonly string[], options: object): string[] {
  return errorsOf(folder, { files, compilerOptions: options });
}

/** What the compiler has against the project of a tsconfig.json. */
export function projectErrors(path: string): string[] {
  return errorsOf(dirname(path), ts.readConfigFile(path, (file) => ts.sys.readFile(file)).config as object, path);
}

/**
 * Only what is in the folder is checked: how TypeScript and Node.js describe themselves is not ours to judge, and takes most of
 * the time.
 */
function errorsOf(folder: string, configuration: object, path = join(folder, 'tsconfig.json')): string[] {
  const { fileNames, options, errors } = ts.parseJsonConfigFileContent(configuration, ts.sys, folder, {}, path);
  const program = ts.createProgram(fileNames, { ...options, noEmit: true });
  const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(folder));
  const inFiles = own.flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]);
  const all = [...errors, ...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics(), ...inFiles];
  return all.map(
    ({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
  );
}
