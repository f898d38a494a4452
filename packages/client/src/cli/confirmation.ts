import type { Call } from './command.js';

/** Asks a question on standard error and reads the answer, one line. Anything but yes is no. */
export async function confirm({ output, stdin }: Pick<Call, 'output' | 'stdin'>, question: string): Promise<boolean> {
  output.ask(`${question} [y/N] `);
  let answer = '';
  for await (const chunk of stdin) {
    answer += String(chunk);
    if (answer.includes('\n')) break;
  }
  return /^y(?:es)?$/i.test((answer.split('\n')[0] ?? '').trim());
}
