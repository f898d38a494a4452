import { readFileSync } from 'node:fs';
import {
  PolicyDecisionPoint,
  type DecisionPointState,
  type GovernancePolicy,
  type PolicyDecision,
  type PolicyRequest,
} from '../src/governance/policy-decision-point';

/** One rule of the file: what all it speaks of is denied. */
interface Rule {
  actions?: string[];
  type?: string;
  capability?: string;
  reason: string;
}

/** A policy without a court: a JSON file with a list of rules, read once. */
export class RulesDecisionPoint extends PolicyDecisionPoint {
  private readonly rules: Rule[];

  constructor(private readonly file: string) {
    super();
    this.rules = JSON.parse(readFileSync(file, 'utf8')) as Rule[];
  }

  decide({ action, context }: PolicyRequest): Promise<PolicyDecision> {
    const rule = this.rules.find((candidate) => speaksOf(candidate, action, context));
    return Promise.resolve(
      rule ? { outcome: 'denied', reason: rule.reason, findings: { rule } } : { outcome: 'allowed' },
    );
  }

  state(): DecisionPointState {
    return { status: 'up', details: { file: this.file, rules: this.rules.length } };
  }
}

function speaksOf({ actions, type, capability }: Rule, action: string, context: PolicyRequest['context']): boolean {
  if (actions && !actions.includes(action)) return false;
  if (type !== undefined && context.type !== type) return false;
  return capability === undefined || (Array.isArray(context.capabilities) && context.capabilities.includes(capability));
}

/** For {@link GovernanceModule.forRoot}: `GovernanceModule.forRoot(rulesOf('/etc/agent-registry/rules.json'))`. */
export function rulesOf(file: string): GovernancePolicy {
  return { name: 'rules', failMode: 'closed', cacheSeconds: 0, decisionPoint: () => new RulesDecisionPoint(file) };
}
