import type { Clock } from '../../platform/common/clock';
import type { Configuration } from '../../platform/config/configuration';
import { AllowAll, type GovernancePolicy, type PolicyDecisionPoint } from '../policy-decision-point';

/** The Trifecta Court of the configuration decides; all is allowed when there is none. */
export function trifectaCourt(configuration: Configuration): GovernancePolicy {
  const { TRIFECTA_COURT_URL: url } = configuration;
  return {
    name: 'trifecta_court',
    failMode: configuration.TRIFECTA_COURT_FAIL_MODE,
    cacheSeconds: configuration.TRIFECTA_COURT_VERDICT_TTL_SECONDS,
    decisionPoint: (clock: Clock): PolicyDecisionPoint => {
      if (!url) return new AllowAll();
      // Loaded, with undici and cockatiel, only when there is a court to ask.
      const { CourtDecisionPoint } = require('./court.decision-point') as typeof import('./court.decision-point');
      return new CourtDecisionPoint(url, configuration, clock);
    },
  };
}
