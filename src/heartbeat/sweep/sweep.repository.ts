import { Injectable } from '@nestjs/common';
import { Database, type Querier } from '../../platform/database/database';
import { aboutAgent, appendEvents, provenanceSql } from '../../events/append-events.sql';
import { AgentChanged, type ChangedAgent } from '../../events/agent-changed.event';
import { bySystem } from '../../events/provenance';
import type { AgentStatus } from '../../agent/agent-status';
import { timeoutSql } from '../../agent/agent-health';
import type { Demand, OwnerIntervalScaling } from './interval-scaling-rule';
import { inGroups, overdue, ownedAgents, OWNER, SILENT, type TimeoutPolicy } from './overdue.sql';
import { groupOf, type Census } from './self-preservation';

/** Any number; all replicas must agree on it. */
export const SWEEP_LOCK = 7_264_013;

/** What the sweeps remember, as of now; durations in seconds of the database's clock. */
export interface SweepState {
  sinceLastSweep: number | null;
  /** For how long each group of agents has been held, see `PreservedGroupEntity`. */
  heldFor: ReadonlyMap<string, number>;
  /** By owner, those only that are slowed or have been. */
  cadences: ReadonlyMap<string, OwnerIntervalScaling>;
  /** A replica of the release before has swept last, and has had all agents slowed by one factor. */
  isByFactor: boolean;
}

/** What becomes of it. */
export interface SweepOutcome {
  held: readonly string[];
  cadences: ReadonlyMap<string, OwnerIntervalScaling>;
  /** The greatest tolerance as a factor of the shortest interval: what the release before understands. */
  tolerance: number;
}

export interface FleetCount {
  live: number;
  lostLately: number;
  /** Heartbeats a second by the agents' own intervals. */
  wanted: number;
  shortestInterval: number;
  /** False: no agent has been silent for long, so none can be overdue. */
  hasSuspects: boolean;
}

/** An agent that may be overdue. */
export interface Suspect {
  id: string;
  type: string;
  owner: string;
  status: AgentStatus;
  enabled: boolean;
  intervalSeconds: number;
  silentFor: number;
  vanishedFor: number | null;
  /** Exactly as stored, for compare-and-set. */
  lastSeen: string | null;
}

export interface StatusTransition extends Suspect {
  becomes: AgentStatus;
}

interface ExpiredAgent extends ChangedAgent {
  previous: AgentStatus;
  revision: string;
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
    const [state] = await querier.query<{
      sinceLastSweep: number | null;
      held: [group: string, seconds: number][];
      cadences: [owner: string, cadence: OwnerIntervalScaling][];
      isByFactor: boolean;
    }>(`
      SELECT extract(epoch FROM now() - last_sweep_at)::float8 AS "sinceLastSweep", stretch > 1 AS "isByFactor",
             (SELECT coalesce(json_agg(json_build_array(agents, extract(epoch FROM now() - since)::float8)), '[]')
                FROM preserved_groups) AS held,
             (SELECT coalesce(json_agg(json_build_array(owner, json_build_object('pause', pause, 'tolerance', tolerance,
                       'toleranceFor', extract(epoch FROM tolerance_until - now())::float8, 'nextTolerance', next_tolerance,
                       'nextToleranceFor', extract(epoch FROM next_tolerance_until - now())::float8))), '[]')
                FROM owner_cadences) AS cadences
        FROM heartbeat_sweep`);
    const { sinceLastSweep, held, cadences, isByFactor } = state!;
    return { sinceLastSweep, heldFor: new Map(held), cadences: new Map(cadences), isByFactor };
  }

  /** Tolerates, for every owner, the pauses that the release before has given to all agents, for as long as agents may keep to them. */
  async adoptFactor(transaction: Querier): Promise<void> {
    await transaction.query(`
      INSERT INTO owner_cadences AS known (owner, pause, tolerance, tolerance_until)
      SELECT coalesce(owner, ''), 0, max((agents.heartbeat->>'interval_seconds')::int) * sweep.tolerance, sweep.tolerance_until
        FROM heartbeat_sweep AS sweep, agents LEFT JOIN agent_credentials ON agent_id = agents.id
       WHERE deregistered_at IS NULL
       GROUP BY coalesce(owner, ''), sweep.tolerance, sweep.tolerance_until
      ON CONFLICT (owner) DO UPDATE
         SET tolerance = greatest(known.tolerance, excluded.tolerance),
             tolerance_until = greatest(known.tolerance_until, excluded.tolerance_until)`);
  }

  /** Stores that a sweep runs now. After a break, in which no heartbeat could be received, silence is counted anew. */
  async begin(transaction: Querier, afterBreak: boolean): Promise<void> {
    await transaction.query(
      `UPDATE heartbeat_sweep SET last_sweep_at = now(), listening_since = CASE WHEN $1 THEN now() ELSE listening_since END`,
      [afterBreak],
    );
  }

  /** Counts the silence of all agents from now on. */
  async countSilenceAnew(): Promise<void> {
    await this.database.query('UPDATE heartbeat_sweep SET listening_since = now()');
  }

  async end(transaction: Querier, { held, cadences, tolerance }: SweepOutcome): Promise<void> {
    const owners = [...cadences.keys()];
    const column = (name: keyof OwnerIntervalScaling): number[] =>
      [...cadences.values()].map((cadence) => cadence[name]);
    await transaction.query(END, [
      held,
      owners,
      column('pause'),
      column('tolerance'),
      column('toleranceFor'),
      column('nextTolerance'),
      column('nextToleranceFor'),
      tolerance,
      Math.max(0, ...column('toleranceFor'), ...column('nextToleranceFor')),
    ]);
  }

  /** Counts the fleet. Agents have few different settings: grouped by them, hardly any JSON is read. */
  async count(
    transaction: Querier,
    { timeout, inactiveAfter }: Pick<TimeoutPolicy, 'timeout' | 'inactiveAfter'>,
  ): Promise<FleetCount> {
    const [count] = await transaction.query<FleetCount>(
      `SELECT coalesce(sum(agents) FILTER (WHERE status = 'active'), 0)::int AS live, coalesce(sum(lost), 0)::int AS "lostLately",
              coalesce(sum(agents::float8 / interval_seconds) FILTER (WHERE status = 'active'), 0) AS wanted,
              coalesce(min(interval_seconds) FILTER (WHERE status = 'active'), 1) AS "shortestInterval", coalesce(bool_or(silent), false) AS "hasSuspects"
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

  /** The agents of each owner by their own interval. */
  async demands(transaction: Querier): Promise<Map<string, Demand>> {
    const rows = await transaction.query<{ owner: string; interval: number; agents: number }>(
      `SELECT owner, (heartbeat->>'interval_seconds')::int AS interval, sum(agents)::int AS agents
         FROM (SELECT coalesce(owner, '') AS owner, heartbeat, count(*) AS agents
                 FROM agents LEFT JOIN agent_credentials ON agent_id = id
                WHERE status = 'active' GROUP BY 1, 2 OFFSET 0) AS grouped -- as in count
        WHERE heartbeat->>'enabled' = 'true' GROUP BY 1, 2`,
    );
    const demands = new Map<string, Map<number, number>>();
    for (const { owner, interval, agents } of rows) {
      const demand = demands.get(owner) ?? new Map<number, number>();
      demands.set(owner, demand.set(interval, agents));
    }
    return demands;
  }

  /**
   * Agents that may be overdue: all that are (up to the limit), and perhaps some that are not. `statusAfterSilence` decides. Active
   * agents of the groups that are `held` are left out.
   * Silence counts from the agent's last heartbeat or registration, or from when heartbeats could be received at all, to when all replicas
   * had written theirs.
   */
  async suspects(
    transaction: Querier,
    timeouts: TimeoutPolicy,
    limit: number,
    held: readonly string[] = [],
  ): Promise<Suspect[]> {
    const isByOwner = timeouts.slowed.size > 0 || held.length > 0;
    const { from, where, parameters } = overdue(timeouts, isByOwner ? ownedAgents(SILENT) : 'agents');
    const inactiveAfter = `$${parameters.push(timeouts.inactiveAfter)}`;
    const isHeld = held.length === 0 ? 'false' : inGroups(held.map(groupOf), parameters);
    return transaction.query<Suspect>(
      `SELECT id, type, status, true AS enabled, (heartbeat->>'interval_seconds')::int AS "intervalSeconds", last_seen::text AS "lastSeen",
              ${isByOwner ? 'owner' : OWNER} AS owner,
              extract(epoch FROM now() - greatest(last_seen, listening_since))::float8 - $2::float8 AS "silentFor",
              $3::float8 - $2::float8 AS "vanishedFor"
         FROM ${from}
        WHERE ${where}
          AND (status = 'active' AND NOT ${isHeld} OR status = 'unhealthy' AND last_seen < now() - make_interval(secs => ${inactiveAfter}::float8))
        LIMIT ${limit}`,
      parameters,
    );
  }

  /** The active agents by owner and type: how many there are, how many are overdue, and how many were lost lately. */
  async censuses(transaction: Querier, timeouts: TimeoutPolicy): Promise<Census[]> {
    const { from, where, parameters } = overdue(timeouts, ownedAgents('true'));
    return transaction.query<Census>(
      `SELECT owner, type, count(*) FILTER (WHERE status = 'active')::int AS live,
              count(*) FILTER (WHERE status = 'active' AND is_overdue)::int AS overdue,
              count(*) FILTER (WHERE status = 'unhealthy')::int AS "lostLately"
         FROM (SELECT owner, type, status, ${where} AS is_overdue
                 FROM ${from}
                WHERE heartbeat->>'enabled' = 'true' AND (status = 'active' OR status = 'unhealthy'
                  AND last_seen > now() - make_interval(secs => ${timeoutSql('$1')} + $1::float8))) AS fleet
        GROUP BY owner, type`,
      parameters,
    );
  }

  /**
   * Applies transitions in a transaction of their own, so that rows are locked for one batch only and a batch stays whatever becomes of
   * the sweep. Each is applied only if the agent has not changed since it was judged: a beat that came meanwhile wins, and one that is
   * being written at this moment too (its row is locked, and skipped until the next sweep). Returns what has changed.
   */
  async applyInOwnTransaction(transitions: StatusTransition[]): Promise<AgentChanged[]> {
    const expired = await this.database.query<ExpiredAgent>(APPLY_TRANSITIONS, [
      transitions.map(({ id }) => id),
      transitions.map(({ status }) => status),
      transitions.map(({ becomes }) => becomes),
      transitions.map(({ lastSeen }) => lastSeen),
      transitions.map(({ silentFor }) => silentFor),
    ]);
    return expired.map(
      ({ previous, revision, ...agent }) => new AgentChanged(revision, 'status_changed', agent, previous, BY_SWEEP),
    );
  }
}

/**
 * `$1`: the groups that are held. `$2` to `$7`: owners that are slowed, each with its cadence. The rest is for the release before,
 * which then gives no agent a longer pause, and tolerates the pauses that were given here.
 */
const END = `
  WITH released AS (DELETE FROM preserved_groups WHERE agents <> ALL ($1::text[])),
  held AS (INSERT INTO preserved_groups (agents) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING),
  free AS (DELETE FROM owner_cadences WHERE owner <> ALL ($2::text[])),
  slowed AS (
    INSERT INTO owner_cadences AS known (owner, pause, tolerance, tolerance_until, next_tolerance, next_tolerance_until)
    SELECT owner, pause, tolerance, now() + make_interval(secs => tolerance_for),
           next_tolerance, now() + make_interval(secs => next_tolerance_for)
      FROM unnest($2::text[], $3::float8[], $4::float8[], $5::float8[], $6::float8[], $7::float8[])
           AS given(owner, pause, tolerance, tolerance_for, next_tolerance, next_tolerance_for)
    ON CONFLICT (owner) DO UPDATE
       SET pause = excluded.pause, tolerance = excluded.tolerance, tolerance_until = excluded.tolerance_until,
           next_tolerance = excluded.next_tolerance, next_tolerance_until = excluded.next_tolerance_until)
  UPDATE heartbeat_sweep
     SET stretch = 1, tolerance = $8, tolerance_until = now() + make_interval(secs => $9),
         protected_since = CASE WHEN cardinality($1::text[]) > 0 THEN coalesce(protected_since, now()) END`;

/** Of what the sweep does. */
const BY_SWEEP = bySystem('sweep', 'silence');

const FELL_SILENT = appendEvents(
  {
    agent: 'expired',
    type: `'status_changed'`,
    provenance: provenanceSql(BY_SWEEP),
    from: 'was',
    to: 'status',
    data: `jsonb_build_object('silent_seconds', round(silent_for::numeric, 3)) || ${aboutAgent('expired')}`,
  },
  'expired',
);

const APPLY_TRANSITIONS = `
  WITH verdict AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::float8[])
                  AS given(id, was, becomes, last_seen, silent_for)),
  held AS MATERIALIZED (
    SELECT id, status, last_seen FROM agents WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED),
  expired AS (
    UPDATE agents SET status = verdict.becomes, generation = agents.generation + 1
      FROM verdict JOIN held ON held.id = verdict.id AND held.status = verdict.was AND held.last_seen IS NOT DISTINCT FROM verdict.last_seen
     WHERE agents.id = verdict.id
    RETURNING agents.id, agents.name, agents.type, agents.status, agents.generation, verdict.was, verdict.silent_for),
  logged AS (${FELL_SILENT})
  SELECT id, name, type, status, was AS previous, revision FROM expired JOIN logged ON agent_id = id`;
