import type { Edge } from './neighbourhood';

/** A node of a drawing. */
export interface DrawnAgent {
  id: string;
  name: string;
  isAvailable: boolean;
}

const COLOURS = { satisfied: '', degraded: 'orange', unsatisfied: 'red' } as const;

/** For Graphviz: what is not available has a dashed border; what an agent can do without, a dashed line. */
export function dotOf(agents: readonly DrawnAgent[], edges: readonly Edge[]): string {
  const lines = agents.map(({ id, name, isAvailable }) => {
    const style = isAvailable ? '' : ', style=dashed, color=red';
    return `  ${quoted(id)} [label=${quoted(name)}${style}];`;
  });
  for (const { from, to, need, state } of edges) {
    const attributes = [
      ...(need.required ? [] : ['style=dashed']),
      ...(COLOURS[state] ? [`color=${COLOURS[state]}`] : []),
    ];
    lines.push(`  ${quoted(from)} -> ${quoted(to)}${attributes.length > 0 ? ` [${attributes.join(', ')}]` : ''};`);
  }
  return `digraph agents {\n  rankdir=LR;\n  node [shape=box];\n${lines.join('\n')}\n}\n`;
}

/** A text in quotes of DOT; only the quote and what escapes it have a meaning there. */
function quoted(text: string): string {
  return `"${text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll(/[\r\n]+/g, ' ')}"`;
}

/** For Mermaid, in which agents have numbers for ids, since most characters have a meaning in its own. */
export function mermaidOf(agents: readonly DrawnAgent[], edges: readonly Edge[]): string {
  const numbers = new Map(agents.map(({ id }, n) => [id, `a${n}`]));
  const lines = agents.map(({ id, name, isAvailable }) => {
    const lack = isAvailable ? '' : ':::unavailable';
    return `  ${numbers.get(id)}["${entities(name)}"]${lack}`;
  });
  for (const { from, to, need } of edges)
    lines.push(`  ${numbers.get(from)} ${need.required ? '-->' : '-.->'} ${numbers.get(to)}`);
  const unavailable = '  classDef unavailable stroke:#c00,stroke-dasharray:4';
  return `flowchart LR\n${[...lines, unavailable].join('\n')}\n`;
}

/** Mermaid reads `#34;` as a quote; every character that is no letter, digit or space is written so. */
function entities(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} ._-]/gu, (character) => `#${character.codePointAt(0)};`);
}
