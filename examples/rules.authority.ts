import { readFileSync } from 'node:fs';
import {
  PolicyAuthority,
  type AuthorityState,
  type Judgement,
  type Question,
} from '../src/governance/policy-authority';

/** One rule of the file: what all it speaks of is denied. */
interface Rule {
  actions?: string[];
  type?: string;
  capability?: string;
  reason: string;
}

/** A policy authority without a court: a JSON file with a list of rules, read once. */
export class RulesAuthority extends PolicyAuthority {
  private readonly rules: Rule[];

  constructor(private readonly file: string) {
    super();
    this.rules = JSON.parse(readFileSync(file, 'utf8')) as Rule[];
  }

  judge({ action, context }: Question): Promise<Judgement> {
    const rule = this.rules.find((candidate) => speaksOf(candidate, action, context));
    return Promise.resolve(
      rule ? { outcome: 'denied', reason: rule.reason, findings: { law: rule } } : { outcome: 'allowed' },
    );
  }

  state(): AuthorityState {
    return { status: 'up', details: { file: this.file, rules: this.rules.length } };
  }
}

function speaksOf({ actions, type, capability }: Rule, action: string, context: Question['context']): boolean {
  if (actions && !actions.includes(action)) return false;
  if (type !== undefined && context.type !== type) return false;
  return capability === undefined || (Array.isArray(context.capabilities) && context.capabilities.includes(capability));
}
