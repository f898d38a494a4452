import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { Configuration } from '../config/configuration';
import type { AgentEvent } from '../events/agent-event';
import type { AgentEntity } from './agent.entity';
import { healthStatus } from './agent-health';
import type { AgentListItem } from './agent.repository';
import type { AgentDto, AgentEventDto, AgentSummaryDto, HealthDto, HeartbeatDto } from './dto/agent-responses.dto';
import { missedBeats, timeoutSeconds } from './heartbeat-timeout';

/** Agents as clients see them, as of now. */
@Injectable()
export class AgentPresenter {
  constructor(
    private readonly configuration: Configuration,
    private readonly clock: Clock,
  ) {}

  summary(agent: AgentListItem): AgentSummaryDto {
    const { id, name, type, category, version, status, capabilities, endpoints } = agent;
    const times = { registered_at: agent.registeredAt.toISOString(), last_seen: agent.lastSeen?.toISOString() ?? null };
    return { id, name, type, category, version, status, capabilities, endpoints, ...times };
  }

  record(agent: AgentEntity): AgentDto {
    const { metadata } = agent;
    return { ...this.summary(agent), metadata, health: this.health(agent), heartbeat: this.heartbeat(agent) };
  }

  health(agent: AgentEntity): HealthDto {
    const { health } = agent;
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
    return {
      interval_seconds,
      enabled,
      last_beat: agent.lastSeen?.toISOString() ?? null,
      missed_beats: missedBeats(agent.lastSeen, interval_seconds, this.clock.now()),
      timeout_seconds: this.timeout(agent),
    };
  }

  private timeout(agent: AgentEntity): number {
    return timeoutSeconds(agent.heartbeat.interval_seconds, this.configuration.HEARTBEAT_TIMEOUT_SECONDS);
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
