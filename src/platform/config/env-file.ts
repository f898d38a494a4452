import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';

/** What is wrong with a file of settings, each with the line. */
export class EnvFileError extends Error {
  override readonly name = 'EnvFileError';
}

const BLANK_OR_COMMENT = /^\s*(?:#.*)?$/;
const ASSIGNMENT = /^\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*=\s*(.*)$/;

/**
 * The variables of a file in the format of dotenv: UTF-8, with or without a byte order mark. Returns none when
 * there is no such file.
 *
 * @throws EnvFileError for another encoding, and for a line that is no assignment, which the parser would skip in silence
 */
export function readEnvFile(path: string): Record<string, string> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new EnvFileError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const text = decode(path, bytes);
  const wrong = firstLineWithoutAssignment(text);
  if (wrong !== undefined) throw new EnvFileError(`${path}: line ${wrong} is not NAME=value, a comment or blank`);
  return parse(text);
}

function decode(path: string, bytes: Buffer): string {
  const text = new TextDecoder('utf-8', { fatal: true }); // leaves a byte order mark out
  try {
    const decoded = text.decode(bytes);
    if (!decoded.includes('\0')) return decoded; // UTF-16 without a mark is valid UTF-8 with NUL between letters
  } catch {
    // said below
  }
  throw new EnvFileError(`${path} is not UTF-8 text: save it in that encoding`);
}

/** Counted from 1. A value in quotes may go over several lines; a quote that is never closed is part of its line. */
function firstLineWithoutAssignment(text: string): number | undefined {
  const lines = text.split(/\r\n|\n|\r/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    if (BLANK_OR_COMMENT.test(line)) continue;
    const value = ASSIGNMENT.exec(line)?.[1];
    if (value === undefined) return index + 1;
    const quote = /^["'`]/.exec(value)?.[0];
    if (quote === undefined || value.includes(quote, 1)) continue;
    const closing = lines.findIndex((later, at) => at > index && later.includes(quote));
    if (closing > index) index = closing;
  }
  return undefined;
}
