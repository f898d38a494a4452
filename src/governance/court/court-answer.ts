import { jsonViolations } from '../../platform/validation/json-limits';
import { isJsonObject } from '../../platform/validation/validate';
import type { Findings, Judgement } from '../policy-authority';

const LONGEST_REASON = 1000;

/**
 * Reads an answer of the Trifecta Court. Anything but a 200 with a JSON object whose `valid` is a boolean is no usable answer:
 * neither a yes nor a no may be read into it.
 */
export function readCourtAnswer(status: number, text: string): Judgement {
  if (status !== 200) return unusable(`the court answered ${status}`);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return unusable('the court did not answer in JSON');
  }
  if (!isJsonObject(answer) || typeof answer.valid !== 'boolean') return unusable('the court gave no verdict');
  const { valid, reason, scripture, geometry, law } = answer;
  return {
    outcome: valid ? 'allowed' : 'denied',
    reason: typeof reason === 'string' ? reason.slice(0, LONGEST_REASON).toWellFormed() : undefined,
    findings: findingsFrom({ scripture, geometry, law }),
  };
}

/** An answer that cannot be had, or not be used. */
export function unusable(reason: string): Judgement {
  return { outcome: 'unreachable', reason };
}

/** The verdict stands even when what came with it is more than can be kept. */
function findingsFrom(findings: Findings): Findings {
  return jsonViolations(findings).some(({ message }) => message.includes('nested')) ? {} : findings;
}
