/** A selector of a PromQL expression: the metric, and the labels that it is matched by. */
export interface Selector {
  metric: string;
  labels: string[];
}

/** What a PromQL expression asks of the metrics. */
export interface Usage {
  selectors: Selector[];
  /** Labels that series are grouped or joined by. */
  grouping: string[];
}

const OPERATORS = new Set(['and', 'or', 'unless', 'offset', 'bool', 'start', 'end', 'inf', 'nan']);

/** What a valid PromQL expression uses; that it is valid is for Prometheus to say. Selectors without a name are refused. */
export function usageOf(expression: string): Usage {
  const grouping: string[] = [];
  const bare = expression
    .replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`/g, '""') // strings
    .replace(/\[[^\]]*\]/g, '') // ranges
    .replace(/\b\d[\w.]*/g, '0') // numbers and durations
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g, (_, names: string) => {
      grouping.push(...words(names));
      return '';
    });
  const selectors: Selector[] = [];
  const rest = bare.replace(
    /([a-zA-Z_:][\w:]*)(?![\w:])(?!\s*\()\s*(?:\{([^}]*)\})?/g,
    (_, metric: string, matchers = '') => {
      if (!OPERATORS.has(metric.toLowerCase())) selectors.push({ metric, labels: words(matchers as string) });
      return '';
    },
  );
  if (rest.includes('{')) throw new Error(`a selector without a metric's name: ${expression}`);
  return { selectors, grouping };
}

function words(text: string): string[] {
  return text.match(/[a-zA-Z_]\w*/g) ?? [];
}
