import { join } from 'node:path';
import ts from 'typescript';

/** A Kubernetes object, as YAML says it. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
}

/** Where the API's types are, by `apiVersion`; they are generated from the OpenAPI documents of Kubernetes and of the operator. */
const MODULES: Record<string, string> = {
  v1: 'kubernetes-models/v1',
  'apps/v1': 'kubernetes-models/apps/v1',
  'batch/v1': 'kubernetes-models/batch/v1',
  'gateway.networking.k8s.io/v1': '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1',
  'autoscaling/v2': 'kubernetes-models/autoscaling/v2',
  'networking.k8s.io/v1': 'kubernetes-models/networking.k8s.io/v1',
  'policy/v1': 'kubernetes-models/policy/v1',
  'monitoring.coreos.com/v1': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
};
const FILE = join(__dirname, 'manifests.generated.ts'); // in memory alone; its place says which packages it finds
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
  lib: ['lib.es2022.d.ts'], // the default has the browser too, which takes longer to read than all the rest
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};

/** The packages' files, read once for all calls. */
const onDisk = new Map<string, ts.SourceFile | undefined>();

/**
 * What in these objects the API does not have: unknown and missing fields, values of another type. The compiler looks for them, which
 * is strict about fields of literals; where an object has several mistakes it may tell only the first.
 */
export function problemsOf(manifests: readonly Manifest[]): string[] {
  const text = manifests.map(declaration).join('');
  const host = ts.createCompilerHost(OPTIONS);
  host.getSourceFile = (name) => (name === FILE ? parsed(name, text) : fromDisk(name));
  const program = ts.createProgram([FILE], OPTIONS, host);
  return ts.getPreEmitDiagnostics(program).map(({ start = 0, messageText }) => {
    const line = text.slice(text.lastIndexOf('\n', start) + 1, text.indexOf('\n', start)).trim();
    return `${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

function fromDisk(name: string): ts.SourceFile | undefined {
  if (!onDisk.has(name)) {
    const text = ts.sys.readFile(name);
    onDisk.set(name, text === undefined ? undefined : parsed(name, text));
  }
  return onDisk.get(name);
}

function parsed(name: string, text: string): ts.SourceFile {
  return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
}

function declaration(manifest: Manifest, index: number): string {
  const { apiVersion, kind } = manifest;
  const type = `import('${MODULES[apiVersion] ?? apiVersion}').I${kind}`;
  return `export const manifest${index}: ${type} = ${JSON.stringify(manifest, undefined, 1)};\n`;
}
