import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { printable } from './text-width.js';
import { UsageError } from './usage-error.js';

/**
 * The text of a file, or of standard input when it is named `-`.
 *
 * @throws UsageError when it cannot be read, or is not UTF-8.
 */
export async function readInput(file: string, stdin: AsyncIterable<Buffer | string>): Promise<string> {
  const bytes =
    file === '-'
      ? await buffer(toBytes(stdin))
      : await readFile(file).catch((error: Error) => {
          throw new UsageError(`cannot read ${printable(file)}: ${error.message}`, { cause: error });
        });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UsageError(`${printable(file)} is not UTF-8 text`, { cause: error });
  }
}

async function* toBytes(source: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of source) yield Buffer.from(chunk);
}
