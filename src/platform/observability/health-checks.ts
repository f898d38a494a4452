import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { Clock } from '../common/clock';
import { TimeoutError, withTimeout } from '../common/with-timeout';

/** More than any check should take, and so little that a probe is answered within a second whatever hangs. */
const PATIENCE_MS = 500;

type Details = Record<string, unknown>;

/** What a check found, with `details` for whoever looks into it; `disabled` for what is not configured, which is neither up nor down. */
export type CheckResult = { isUp: boolean; details?: Details } | 'disabled';

/** What `/health` says of one check. */
export interface CheckState extends Details {
  status: 'up' | 'down' | 'disabled';
}

/** One thing that the service needs, or that an operator wants to know of. */
export interface HealthCheck {
  /** Its key under `details` of `/health`, and the label of `health_check_up`. */
  name: string;
  /** Nothing works without it: while it is down the service is unhealthy and not ready. Otherwise it is degraded. */
  isVital?: boolean;
  /**
   * Looks. What throws, or has not answered when `signal` is aborted after half a second, is down. It must end then, and leave
   * nothing behind that waits.
   */
  look(signal: AbortSignal): CheckResult | Promise<CheckResult>;
}

export interface ServiceHealth {
  status: 'healthy' | 'degraded' | 'unhealthy';
  details: Record<string, CheckState>;
}

/** Runs the checks of all modules, at most once at a time: whoever asks meanwhile gets the same answer. */
@Injectable()
export class HealthChecks {
  private readonly checks: HealthCheck[] = [];
  private looking: Promise<ServiceHealth> | undefined;

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly clock: Clock,
  ) {}

  /** Adds a check; a module calls it when it is made. */
  add(check: HealthCheck): void {
    this.checks.push(check);
  }

  /** How the service is. Answers within a second and never throws. */
  async health(): Promise<ServiceHealth> {
    this.looking ??= this.lookAtAll().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async lookAtAll(): Promise<ServiceHealth> {
    const findings = await Promise.all(
      this.checks.map(async (check) => ({ check, finding: await lookAt(check, this.clock) })),
    );
    const results = findings.map(({ check, finding }) => {
      if (finding === 'disabled') return { [check.name]: { status: 'disabled' } };
      const { isUp, details = {} } = finding;
      const indicator = this.indicators.check(check.name);
      return isUp ? indicator.up(details) : indicator.down(details);
    });
    const down = findings.filter(({ finding }) => finding !== 'disabled' && !finding.isUp);
    const isUnhealthy = down.some(({ check }) => check.isVital);
    return {
      status: isUnhealthy ? 'unhealthy' : down.length > 0 ? 'degraded' : 'healthy',
      details: Object.assign({}, ...results) as Record<string, CheckState>,
    };
  }
}

async function lookAt(check: HealthCheck, clock: Clock): Promise<CheckResult> {
  const timeout = new AbortController();
  try {
    // The look itself may throw before there is a promise.
    return await withTimeout(clock, PATIENCE_MS, (async () => check.look(timeout.signal))());
  } catch (error) {
    return {
      isUp: false,
      details: { message: error instanceof TimeoutError ? 'does not answer' : 'cannot be reached' },
    };
  } finally {
    timeout.abort();
  }
}
