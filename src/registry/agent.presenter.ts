import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { AgentEvent } from '../events/agent-event';
import type { AgentEntity } from './agent.entity';
import { healthStatus, type ReportedHealth } from './agent-health';
import { transition, type AgentStatus } from './agent-status';
import type { AgentListItem } from './agent.repository';
import { Cadence } from './cadence';
import type {
  AgentDto,
  AgentEventDto,
  AgentHealthDto,
  AgentSummaryDto,
  HealthDto,
  HeartbeatDto,
} from './dto/agent-responses.dto';
import { missedBeats } from './heartbeat-timeout';
import { RecentBeats } from './recent-beats';

/** Agents as clients see them, as of now. */
@Injectable()
export class AgentPresenter {
  constructor(
    private readonly cadence: Cadence,
    private readonly recent: RecentBeats,
    private readonly clock: Clock,
  ) {}

  summary(agent: AgentListItem): AgentSummaryDto {
    const { id, name, type, category, version, status, capabilities, endpoints } = agent;
    const times = {
      registered_at: agent.registeredAt.toISOString(),
      last_seen: this.lastSeen(agent)?.toISOString() ?? null,
    };
    return { id, name, type, category, version, status, capabilities, endpoints, ...times };
  }

  record(agent: AgentEntity): AgentDto {
    const { metadata } = agent;
    const status = this.status(agent);
    return { ...this.summary(agent), status, metadata, health: this.health(agent), heartbeat: this.heartbeat(agent) };
  }

  agentHealth(agent: AgentEntity): AgentHealthDto {
    const last_seen = this.lastSeen(agent)?.toISOString() ?? null;
    return { agent_id: agent.id, status: this.status(agent), health: this.health(agent), last_seen };
  }

  private health(agent: AgentEntity): HealthDto {
    const health = this.lastReport(agent);
    return {
      status: healthStatus(health, this.timeout(agent), this.clock.now()),
      cpu_percent: health?.cpu_percent ?? null,
      memory_percent: health?.memory_percent ?? null,
      uptime_seconds: health?.uptime_seconds ?? null,
      active_connections: health?.active_connections ?? null,
      error_count: health?.error_count ?? null,
      metrics: health?.metrics ?? {},
      last_check: health?.last_check ?? null,
    };
  }

  private heartbeat(agent: AgentEntity): HeartbeatDto {
    const { interval_seconds, enabled } = agent.heartbeat;
    const lastSeen = this.lastSeen(agent);
    return {
      interval_seconds,
      enabled,
      last_beat: lastSeen?.toISOString() ?? null,
      missed_beats: missedBeats(lastSeen, interval_seconds, this.clock.now()),
      timeout_seconds: this.timeout(agent),
    };
  }

  /** A beat that is acknowledged and not yet in the table counts already; likewise below. */
  private lastSeen({ id, lastSeen }: AgentListItem): Date | null {
    const beat = this.recent.get(id);
    const recent = beat && this.timeOf(beat.at);
    return recent && (!lastSeen || recent > lastSeen) ? recent : lastSeen;
  }

  private status({ id, status }: AgentEntity): AgentStatus {
    return this.recent.get(id) ? (transition(status, 'heartbeat') ?? status) : status;
  }

  private lastReport({ id, health }: AgentEntity): ReportedHealth | null {
    const { report, reportedAt } = this.recent.get(id) ?? {};
    return report && reportedAt !== undefined
      ? { ...report, last_check: this.timeOf(reportedAt).toISOString() }
      : health;
  }

  /** The time of day at a moment of `performance.now()`. */
  private timeOf(moment: number): Date {
    return new Date(this.clock.now().getTime() - (performance.now() - moment));
  }

  private timeout(agent: AgentEntity): number {
    return this.cadence.timeoutSeconds(agent.heartbeat.interval_seconds);
  }
}

export function presentEvent(event: AgentEvent): AgentEventDto {
  const { revision, type, occurredAt, from, to, reason, data } = event;
  return {
    revision: Number(revision),
    type,
    occurred_at: occurredAt.toISOString(),
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(reason === null ? {} : { reason }),
    data,
  };
}
