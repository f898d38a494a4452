import { errorMessage } from './error-message';
import type { DirectoryEntry } from './directory-entry';
import type { LineWindow } from './line-window';
import { decodeUtf8, isBlank } from './utf8';

/** Reads one JSON object per line; blank lines are passed over, anything else is one broken row. */
export async function* readNdjsonRows(
  window: LineWindow,
  maxRecordBytes: number,
): AsyncGenerator<DirectoryEntry, void, undefined> {
  for (;;) {
    const next = await window.peek(0);
    if (next === undefined) return;
    window.drop(1);
    const { line, bytes, tooLong } = next;
    if (tooLong) yield { line, error: `is longer than ${maxRecordBytes} bytes` };
    else if (!isBlank(bytes)) yield { line, ...parseObject(decodeUtf8(bytes)) };
  }
}

function parseObject(text: string | undefined): { row: Record<string, unknown> } | { error: string } {
  if (text === undefined) return { error: 'is not valid UTF-8' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { error: `is not JSON (${errorMessage(error)})` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { error: 'is not a JSON object' };
  return { row: value as Record<string, unknown> };
}
