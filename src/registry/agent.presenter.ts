import { Injectable } from '@nestjs/common';
import { Clock, dateOf } from '../platform/common/clock';
import { withoutSecrets } from '../platform/common/secrets';
import type { AgentEvent } from '../events/agent-event';
import type { AgentEntity } from './agent.entity';
import { healthStatus, isReady, type ReportedHealth } from '../agent/agent-health';
import { transition, type AgentStatus } from '../agent/agent-status';
import { seesSecrets } from '../platform/access/access-rule';
import type { Principal } from '../platform/access/principal';
import { AgentAvailability } from './dependencies/agent-availability';
import type { AgentField } from './search/agent-fields';
import type { AgentListItem, AgentRow } from './agent.repository';
import { IntervalScaling } from '../liveness/interval-scaling';
import { DatabaseTime } from '../liveness/database-time';
import type {
  AgentDto,
  AgentEventDto,
  AgentHealthDto,
  AgentSummaryDto,
  HealthDto,
  HeartbeatDto,
} from './dto/agent-responses.dto';
import { missedBeats } from '../agent/heartbeat-timeout';
import { HeartbeatBuffer, type Beat } from '../liveness/heartbeat-buffer';

/** An agent at one moment, by the database's clock. A beat that is acknowledged and not yet in the table counts already. */
interface Snapshot {
  now: Date;
  beat: Beat | undefined;
  lastSeen: Date | null;
}

/** Agents as clients see them, as of now. */
@Injectable()
export class AgentPresenter {
  constructor(
    private readonly intervals: IntervalScaling,
    private readonly buffer: HeartbeatBuffer,
    private readonly databaseTime: DatabaseTime,
    private readonly clock: Clock,
    private readonly availability: AgentAvailability,
  ) {}

  summary(agent: AgentListItem): AgentSummaryDto {
    return summaryOf(agent, agent.status, this.snapshot(agent));
  }

  /** A row of a list, with the members that were asked for; undefined: those of a summary. */
  listItem(agent: AgentRow, fields: readonly AgentField[] | undefined, principal: Principal): AgentSummaryDto {
    if (fields === undefined) return this.summary(agent);
    const record = isWhole(agent) ? this.record(agent, seesSecrets(principal, agent)) : this.summary(agent);
    return Object.fromEntries(
      fields.map((field) => [field, record[field as keyof AgentSummaryDto]]),
    ) as unknown as AgentSummaryDto;
  }

  /** With its secrets or without, as the caller may see them. */
  record(agent: AgentEntity, isAllShown: boolean): AgentDto {
    const snapshot = this.snapshot(agent);
    const summary = summaryOf(agent, statusOf(agent, snapshot), snapshot) as AgentDto;
    summary.metadata = isAllShown ? agent.metadata : (withoutSecrets(agent.metadata) as AgentDto['metadata']);
    summary.health = this.health(agent, snapshot);
    summary.heartbeat = this.heartbeat(agent, snapshot, summary.last_seen);
    summary.description = agent.description;
    summary.skills = agent.skills;
    summary.accepts = agent.accepts;
    summary.depends_on = agent.depends_on;
    summary.incarnation = agent.incarnation;
    summary.available = this.availability.isAvailable(agent.id, summary.status);
    return summary;
  }

  agentHealth(agent: AgentEntity): AgentHealthDto {
    const snapshot = this.snapshot(agent);
    const last_seen = textOf(snapshot.lastSeen);
    return { agent_id: agent.id, status: statusOf(agent, snapshot), health: this.health(agent, snapshot), last_seen };
  }

  private snapshot({ id, lastSeen }: AgentListItem): Snapshot {
    const now = this.databaseTime.now();
    const beat = this.buffer.get(id);
    const beaten = beat && this.timeOf(beat.at, now);
    return { now, beat, lastSeen: beaten && (!lastSeen || beaten > lastSeen) ? beaten : lastSeen };
  }

  private health(agent: AgentEntity, snapshot: Snapshot): HealthDto {
    const health = this.lastReport(agent, snapshot);
    return {
      status: healthStatus(health, this.timeout(agent), snapshot.now),
      ready: isReady(statusOf(agent, snapshot), snapshot.beat ? snapshot.beat.ready : agent.ready),
      load: (snapshot.beat ? snapshot.beat.load : agent.load) ?? null,
      message: health?.message ?? null,
      cpu_percent: health?.cpu_percent ?? null,
      memory_percent: health?.memory_percent ?? null,
      uptime_seconds: health?.uptime_seconds ?? null,
      active_connections: health?.active_connections ?? null,
      error_count: health?.error_count ?? null,
      metrics: health?.metrics ?? {},
      last_check: health?.last_check ?? null,
    };
  }

  private lastReport({ health }: AgentEntity, { beat, now }: Snapshot): ReportedHealth | null {
    if (!beat?.report || beat.reportedAt === undefined) return health;
    return { ...beat.report, last_check: this.timeOf(beat.reportedAt, now).toISOString() };
  }

  /** The time of day at a moment of the monotonic clock. */
  private timeOf(moment: number, now: Date): Date {
    return dateOf(now.getTime() - (this.clock.monotonicMs() - moment));
  }

  private heartbeat(agent: AgentEntity, { lastSeen, now }: Snapshot, last_beat: string | null): HeartbeatDto {
    const { interval_seconds, enabled } = agent.heartbeat;
    const missed_beats = missedBeats(lastSeen, interval_seconds, now);
    return { interval_seconds, enabled, last_beat, missed_beats, timeout_seconds: this.timeout(agent) };
  }

  private timeout(agent: AgentEntity): number {
    return this.intervals.timeoutSeconds(agent.heartbeat.interval_seconds, agent.owner);
  }
}

function summaryOf(agent: AgentListItem, status: AgentStatus, { lastSeen }: Snapshot): AgentSummaryDto {
  const { id, name, type, category, version, capabilities, endpoints, locality } = agent;
  return {
    id,
    name,
    type,
    category,
    version,
    status,
    capabilities,
    endpoints,
    locality,
    registered_at: agent.registeredAt.toISOString(),
    last_seen: textOf(lastSeen),
  };
}

/** Whether a row holds the whole record. */
function isWhole(agent: AgentRow): agent is AgentEntity {
  return 'metadata' in agent;
}

function statusOf({ status }: AgentEntity, { beat }: Snapshot): AgentStatus {
  return beat ? (transition(status, 'heartbeat') ?? status) : status;
}

function textOf(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
}

export function presentEvent(event: AgentEvent): AgentEventDto {
  const { revision, type, cause, actor, requestId, clientRequestId, occurredAt, from, to, reason, data } = event;
  return {
    revision: Number(revision),
    type,
    cause,
    ...(actor === null ? {} : { actor }),
    ...(requestId === null ? {} : { request_id: requestId }),
    ...(clientRequestId === null ? {} : { client_request_id: clientRequestId }),
    occurred_at: occurredAt.toISOString(),
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(reason === null ? {} : { reason }),
    data,
  };
}
