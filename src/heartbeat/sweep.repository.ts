import { Injectable } from '@nestjs/common';
import { Database, type Querier } from '../database/database';
import { appendEvents } from '../events/append-events.sql';
import type { AgentStatus } from '../registry/agent-status';
import { timeoutSql } from '../registry/agent-health';
import type { CadenceState } from './cadence-rule';
import type { OthersHeard } from './replicas.repository';

/** Any number; all replicas must agree on it. */
const SWEEP_LOCK = 7_264_013;

/** What the sweeps remember, as of now; durations in seconds of the database's clock. */
export interface SweepState extends CadenceState {
  sinceLastSweep: number | null;
  heldFor: number | null;
}

export interface FleetCount {
  live: number;
  lostLately: number;
  /** Heartbeats a second that the agents' own intervals ask for. */
  wanted: number;
  longestInterval: number;
  /** false: nobody has been silent for long, so nobody can be overdue. */
  hasSuspects: boolean;
}

/** How long silence is borne, in seconds; see `Cadence` for the tolerance. */
export interface Patience {
  timeout: number;
  tolerance: number;
  inactiveAfter: number;
  others: OthersHeard;
}

/** An agent that may be overdue. */
export interface Suspect {
  id: string;
  status: AgentStatus;
  enabled: boolean;
  intervalSeconds: number;
  silentFor: number;
  vanishedFor: number | null;
  /** Exactly as stored, for compare-and-set. */
  lastSeen: string | null;
}

export interface Verdict extends Suspect {
  becomes: AgentStatus;
}

export interface Fallen {
  id: string;
  name: string;
  type: string;
  status: AgentStatus;
  previous: AgentStatus;
}

/** The SQL of the sweep. All time is the database's. */
@Injectable()
export class SweepRepository {
  constructor(private readonly database: Database) {}

  /** Runs `sweep` unless another replica is at it; undefined then. The lock ends with the transaction, however that ends. */
  async exclusively<Result>(sweep: (transaction: Querier) => Promise<Result>): Promise<Result | undefined> {
    return this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<{ held: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS held', [
        SWEEP_LOCK,
      ]);
      if (!row!.held) return undefined;
      // A replica that is paused in the middle must not keep the others from sweeping.
      await transaction.query(`SELECT set_config('idle_in_transaction_session_timeout', '30s', true)`);
      return sweep(transaction);
    });
  }

  async state(querier: Querier = this.database): Promise<SweepState> {
    const [state] = await querier.query<SweepState>(`
      SELECT extract(epoch FROM now() - last_sweep_at)::float8 AS "sinceLastSweep",
             extract(epoch FROM now() - protected_since)::float8 AS "heldFor",
             stretch, tolerance, extract(epoch FROM tolerance_until - now())::float8 AS "toleranceFor"
        FROM heartbeat_sweep`);
    return state!;
  }

  /** Notes that a sweep runs now. After a break nobody could be heard in it: silence is counted anew. */
  async begin(transaction: Querier, afterBreak: boolean): Promise<void> {
    await transaction.query(
      `UPDATE heartbeat_sweep SET last_sweep_at = now(), listening_since = CASE WHEN $1 THEN now() ELSE listening_since END`,
      [afterBreak],
    );
  }

  /** Nobody has been silent for longer than from now on. */
  async countSilenceAnew(): Promise<void> {
    await this.database.query('UPDATE heartbeat_sweep SET listening_since = now()');
  }

  async end(transaction: Querier, cadence: CadenceState, isHolding: boolean): Promise<void> {
    await transaction.query(
      `UPDATE heartbeat_sweep
          SET stretch = $1, tolerance = $2, tolerance_until = now() + make_interval(secs => $3),
              protected_since = CASE WHEN $4 THEN coalesce(protected_since, now()) END`,
      [cadence.stretch, cadence.tolerance, cadence.toleranceFor, isHolding],
    );
  }

  /** Counts the fleet. Agents have few different settings: grouped by them, hardly any JSON is read. */
  async count(
    transaction: Querier,
    { timeout, inactiveAfter }: Pick<Patience, 'timeout' | 'inactiveAfter'>,
  ): Promise<FleetCount> {
    const [count] = await transaction.query<FleetCount>(
      `SELECT coalesce(sum(agents) FILTER (WHERE status = 'active'), 0)::int AS live, coalesce(sum(lost), 0)::int AS "lostLately",
              coalesce(sum(agents::float8 / interval_seconds) FILTER (WHERE status = 'active'), 0) AS wanted,
              coalesce(max(interval_seconds), 1) AS "longestInterval", coalesce(bool_or(silent), false) AS "hasSuspects"
         FROM (SELECT status, (heartbeat->>'interval_seconds')::int AS interval_seconds, heartbeat->>'enabled' = 'true' AS enabled,
                      agents, lost, silent
                 FROM (SELECT status, heartbeat, count(*) AS agents,
                              min(last_seen) < now() - make_interval(secs => CASE status WHEN 'active' THEN $1::float8 ELSE $2::float8 END)
                                AS silent,
                              count(*) FILTER (WHERE status = 'unhealthy'
                                AND last_seen > now() - make_interval(secs => ${timeoutSql('$1')} + $1::float8)) AS lost
                         FROM agents WHERE status IN ('active', 'unhealthy') GROUP BY status, heartbeat
                        OFFSET 0) AS grouped) AS fleet -- OFFSET keeps the planner from reading JSON before it groups
        WHERE enabled`,
      [timeout, inactiveAfter],
    );
    return count!;
  }

  /**
   * Agents that may be overdue: all that are (up to the limit), and perhaps some that are not. `statusAfterSilence` decides.
   * Silence counts from when the registry last heard of the agent, or could hear at all, to when all replicas had written what they heard.
   */
  async suspects(transaction: Querier, patience: Patience, limit: number): Promise<Suspect[]> {
    return transaction.query<Suspect>(
      `SELECT id, status, true AS enabled, (heartbeat->>'interval_seconds')::int AS "intervalSeconds", last_seen::text AS "lastSeen",
              extract(epoch FROM now() - greatest(last_seen, listening_since))::float8 - $3::float8 AS "silentFor",
              $4::float8 - $3::float8 AS "vanishedFor"
         FROM agents, (SELECT listening_since FROM heartbeat_sweep) AS sweep
        WHERE ${OVERDUE}
          AND (status = 'active' OR status = 'unhealthy' AND last_seen < now() - make_interval(secs => $5::float8))
        LIMIT ${limit}`,
      [...overdueParameters(patience), patience.inactiveAfter],
    );
  }

  /** How many active agents are overdue, without a limit. */
  async overdue(transaction: Querier, patience: Patience): Promise<number> {
    const [row] = await transaction.query<{ overdue: number }>(
      `SELECT count(*)::int AS overdue FROM agents, (SELECT listening_since FROM heartbeat_sweep) AS sweep
        WHERE ${OVERDUE} AND status = 'active'`,
      overdueParameters(patience),
    );
    return row!.overdue;
  }

  /**
   * Carries out verdicts, each only if the agent is still what the verdict was about: a beat that came meanwhile wins, and
   * one that is being written at this moment too (its row is locked, so it is left for the next sweep).
   */
  async carryOut(verdicts: Verdict[]): Promise<Fallen[]> {
    return this.database.query<Fallen>(CARRY_OUT, [
      verdicts.map(({ id }) => id),
      verdicts.map(({ status }) => status),
      verdicts.map(({ becomes }) => becomes),
      verdicts.map(({ lastSeen }) => lastSeen),
      verdicts.map(({ silentFor }) => silentFor),
    ]);
  }
}

/** An agent's own timeout in seconds: `$1` is the service-wide one, `$2` the tolerance. */
const OWN_TIMEOUT = `greatest($1::float8, $2::float8 * ${timeoutSql('0')})`;

/** `$3` and `$4` are {@link OthersHeard}. The first condition is cheap and false for nearly all rows. */
const OVERDUE = `last_seen < now() - make_interval(secs => $1::float8) AND heartbeat->>'enabled' = 'true'
          AND greatest(last_seen, listening_since, now() - make_interval(secs => $4::float8 - ${OWN_TIMEOUT} / 2))
              < now() - make_interval(secs => $3::float8 + ${OWN_TIMEOUT})`;

function overdueParameters({ timeout, tolerance, others }: Patience): unknown[] {
  return [timeout, tolerance, others.lag, others.vanishedFor];
}

const CARRY_OUT = `
  WITH verdict AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::float8[])
                  AS given(id, was, becomes, last_seen, silent_for)),
  held AS MATERIALIZED (
    SELECT id, status, last_seen FROM agents WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED),
  fallen AS (
    UPDATE agents SET status = verdict.becomes, generation = agents.generation + 1
      FROM verdict JOIN held ON held.id = verdict.id AND held.status = verdict.was AND held.last_seen IS NOT DISTINCT FROM verdict.last_seen
     WHERE agents.id = verdict.id
    RETURNING agents.id, agents.name, agents.type, agents.status, agents.generation, verdict.was, verdict.silent_for),
  event AS (
    SELECT id AS agent_id, 'status_changed' AS type, was AS from_status, status AS to_status, 'silent' AS reason,
           jsonb_build_object('name', name, 'type', type, 'generation', generation, 'silent_seconds', round(silent_for::numeric, 3)) AS data
      FROM fallen ORDER BY id),
  logged AS (${appendEvents('event')})
  SELECT id, name, type, status, was AS previous FROM fallen`;
