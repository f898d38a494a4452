import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentFilter } from '../../src/registry/search/filter-expression';
import { agentNames } from '../../src/registry/search/agent-names';
import type { AgentEntity } from '../../src/registry/agent.entity';
import { agentRecord } from '../support/builders';

const page = readFileSync(join(__dirname, '../../docs/filters.md'), 'utf8');
const section = (title: string): string => page.split(`## ${title}\n`)[1]!.split('\n## ')[0]!;
const examples = [...section('Twenty examples').matchAll(/^\| `(.+?)` \|/gm)].map(([, text]) =>
  text!.replaceAll('\\|', '|'),
);

const NOW = new Date('2026-03-01T12:00:00Z');
const nobody = agentRecord({
  type: 'x',
  capabilities: Array.from({ length: 3 }, (_, index) => `legacy-${index}`),
  status: 'maintenance',
  metadata: { canary: true },
  registeredAt: new Date('2020-01-01T00:00:00Z'),
  lastSeen: NOW,
});
/** For each example, in their order, what makes the agent above match. */
const MATCHING: Partial<AgentEntity>[] = [
  { type: 'worker' },
  { type: 'planner' },
  { status: 'active' },
  { capabilities: ['ocr'] },
  { capabilities: ['translate', 'ocr'] },
  { capabilities: ['nlp/ner'] },
  { capabilities: ['ocr'] },
  { capabilities: ['a', 'b', 'c', 'd', 'e', 'f'] },
  { metadata: { team: 'data' } },
  { metadata: { gpu: { memory_gb: 24 } } },
  { metadata: {} },
  { metadata: { tags: ['x', 'tpu'] } },
  { metadata: { 'cost-center': 42 } },
  { version: '2.3.0' },
  { name: 'ocr-12' },
  { lastSeen: new Date(NOW.getTime() - 91_000) },
  { health: { status: 'degraded', cpu_percent: 90.5, last_check: NOW.toISOString() } },
  { registeredAt: new Date(NOW.getTime() - 3_600_000) },
  { category: 'web' },
  { owner: 'data-team', lastSeen: new Date(NOW.getTime() - 11_000) },
];

describe('docs/filters.md', () => {
  it('has twenty examples', () => {
    expect([examples.length, MATCHING.length]).toEqual([20, 20]);
  });

  it.each(examples.map((text, index) => [text, MATCHING[index]!] as const))(
    '%s selects what it says',
    (text, agent) => {
      const selects = (record: AgentEntity): boolean =>
        agentFilter(text).matches(record, { now: NOW, timeoutSeconds: 30 }, true);
      expect([selects({ ...nobody, ...agent }), selects(nobody)]).toEqual([true, false]);
    },
  );

  it('names every name, and no other', () => {
    const cells = [...section('Names').matchAll(/^\| (`.+`) \|/gm)].map(([, cell]) => cell!);
    const named = cells.flatMap((cell) => {
      const [first, ...others] = cell.split(', ').map((name) => name.replaceAll('`', ''));
      const parent = first!.slice(0, first!.lastIndexOf('.'));
      return [first!, ...others.map((name) => (name.startsWith('.') ? parent + name : name))];
    });
    expect(named.sort()).toEqual(
      agentNames
        .all()
        .map(({ path }) => path)
        .sort(),
    );
  });
});
