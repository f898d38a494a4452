import type { AgentDefinition, ImportResult } from '../../types.js';
import type { Command } from '../command.js';
import { cutBatches, type Format, FORMATS, formatOf, readDefinitions } from '../directory-file.js';
import { EXIT } from '../exit-codes.js';
import { readInput } from '../input-file.js';
import type { Output } from '../output.js';
import { UsageError } from '../usage-error.js';

const OUTCOMES = ['created', 'updated', 'unchanged', 'rejected'] as const;

export const importCommand: Command = {
  name: 'import',
  summary: 'Import a directory of agents that are known without being alive',
  details: `FILE ("-": standard input) is CSV with a header line or NDJSON, rows of an agent directory (agent_id, agent_name, role,
capabilities with ";" between them, ...; other columns become metadata, rows of the same agent are merged), or JSON, the agents
as POST /agents/import takes them: [...] or { "agents": [...] }.
If anything in the file cannot be read, nothing is sent and every such line is told. What the registry rejects is told, and
the rest is in; exit code 1. Importing the same file again changes nothing, so an import that was interrupted is simply repeated.`,
  operands: [{ name: 'FILE', file: true }],
  options: [
    {
      name: 'format',
      value: 'FORMAT',
      choices: FORMATS,
      help: 'default: by the extension, else by the first character',
    },
    { name: 'dry-run', help: 'tell what would become of each, write nothing' },
  ],
  async run({ args, client, output, stdin, interruption: signal }) {
    const file = args.operand('FILE');
    const dryRun = args.flag('dry-run');
    const text = await readInput(file, stdin);
    const format = (args.text('format') as Format | undefined) ?? formatOf(file, text);
    const definitions = read(file, text, format);
    const results: ImportResult[] = [];
    try {
      for (const batch of cutBatches(definitions)) {
        // Every rule that a definition may break is the registry's to tell.
        const answer = await client.import(batch as unknown as AgentDefinition[], { dryRun, signal });
        const before = results.length;
        results.push(...answer.results.map((result) => ({ ...result, index: before + result.index })));
      }
    } catch (error) {
      const sent = results.length;
      if (sent > 0) output.note(`stopped after ${sent} of ${definitions.length} agents; repeating the import is safe`);
      throw error;
    }
    if (!output.isTable) output.result({ results }, results);
    else printResults(output, results, { dryRun, format });
    return results.some(({ outcome }) => outcome === 'rejected') ? EXIT.refused : EXIT.ok;
  },
};

function read(file: string, text: string, format: Format): Record<string, unknown>[] {
  try {
    return readDefinitions(text, format);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const lines = error.message.split('\n').map((line) => `${file}: ${line}`);
    throw new UsageError([...lines, 'nothing was sent'].join('\n'), { cause: error });
  }
}

interface Run {
  dryRun: boolean;
  format: Format;
}

function printResults(output: Output, results: readonly ImportResult[], { dryRun, format }: Run): void {
  const counts = OUTCOMES.map(
    (wanted) => [wanted, results.filter(({ outcome }) => outcome === wanted).length] as const,
  );
  output.pairs(counts.map(([outcome, count]) => [outcome, { text: String(count) }]));
  if (dryRun) output.note('dry run: nothing was written');
  for (const { id, outcome, code, errors = [] } of results) {
    if (outcome !== 'rejected') continue;
    const reasons = errors.map(({ field, message }) => {
      const isNamedByRole = format !== 'json' && field === 'type' && message === 'is required';
      return (field === '' ? '' : `${field}: `) + message + (isNamedByRole ? ' (the column type, or role)' : '');
    });
    output.note(`rejected ${id}: ${reasons.join('; ') || (code ?? 'no reason was told')}`);
  }
}
