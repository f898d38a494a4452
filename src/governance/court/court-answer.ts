import { jsonViolations } from '../../platform/validation/json-limits';
import { isJsonObject } from '../../platform/validation/validate';
import type { PolicyDecision } from '../policy-decision-point';

interface Findings {
  scripture?: unknown;
  geometry?: unknown;
  law?: unknown;
}

const LONGEST_REASON = 1000;

/**
 * Reads an answer of the Trifecta Court. Anything but a 200 with a JSON object whose `valid` is a boolean is no usable answer:
 * neither a yes nor a no may be read into it.
 */
export function readCourtAnswer(status: number, text: string): PolicyDecision {
  if (status !== 200) return unusable(`the court answered ${status}`);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return unusable('the court did not answer in JSON');
  }
  if (!isJsonObject(answer) || typeof answer.valid !== 'boolean') return unusable('the court gave no verdict');
  const { valid, reason, scripture, geometry, law } = answer;
  const findings = findingsFrom({ scripture, geometry, law });
  return {
    outcome: valid ? 'allowed' : 'denied',
    reason: typeof reason === 'string' ? reason.slice(0, LONGEST_REASON).toWellFormed() : undefined,
    findings: { ...findings },
    ...(!valid && { problem: { verdict: shown(findings) } }),
  };
}

/** An answer that cannot be had, or not be used. */
export function unusable(reason: string): PolicyDecision {
  return { outcome: 'indeterminate', reason };
}

/** The verdict stands even when what came with it is more than can be kept. */
function findingsFrom(findings: Findings): Findings {
  return jsonViolations(findings).some(({ message }) => message.includes('nested')) ? {} : findings;
}

/** All three, as the original shows them. */
function shown({ scripture = null, geometry = null, law = null }: Findings): Findings {
  return { scripture, geometry, law };
}
