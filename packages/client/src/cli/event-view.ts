import type { AgentEvent } from '../types.js';
import type { Output } from './output.js';
import type { Cell, Column } from './table.js';

/** An event, and whose it is where that is not clear. */
export type ListedEvent = AgentEvent & { readonly agent_id?: string };

/** Of an event as CSV, one by one. */
export const EVENT_COLUMNS =
  'revision occurred_at type from to cause actor.kind actor.name reason request_id data.name data.type data.changed'.split(
    ' ',
  );
const COLUMNS: readonly Column[] = [
  { title: 'TIME' },
  { title: 'EVENT' },
  { title: 'CHANGE', min: 12 },
  { title: 'BY', min: 12 },
  { title: 'REASON', min: 8 },
];

/** Events, one a line. */
export function printEvents(output: Output, events: readonly ListedEvent[], now: Date): void {
  const areOfMany = events.some(({ agent_id }) => agent_id !== undefined);
  const rows = events.map((event) => {
    const [type, change, by, reason] = eventTexts(event).slice(1);
    const id: Cell[] = areOfMany ? [{ text: event.agent_id ?? '' }] : [];
    const rest = [type, change, by, reason].map((text) => ({ text: text! }));
    return [{ text: output.time(event.occurred_at, now) }, ...id, ...rest];
  });
  const [time, ...others] = COLUMNS;
  output.table([time!, ...(areOfMany ? [{ title: 'ID', min: 12 }] : []), ...others], rows);
}

/** When, what, from what to what (or which fields), who, and why. */
export function eventTexts({ occurred_at, type, from, to, cause, actor, reason, data }: AgentEvent): string[] {
  const arrow = from === undefined || from === to ? (to ?? '') : `${from} -> ${to}`;
  const { changed } = data;
  const change = type === 'updated' && Array.isArray(changed) ? changed.join(',') : arrow;
  return [occurred_at, type, change, actor?.name == null ? cause : `${cause} by ${actor.name}`, reason ?? ''];
}
