import { Injectable } from '@nestjs/common';
import { AccessControl } from '../platform/access/access-control';
import type { Principal } from '../platform/access/principal';
import { Clock } from '../platform/common/clock';
import { DomainError, inBody, validationError } from '../platform/validation/domain-error';
import { jsonViolations } from '../platform/validation/json-limits';
import { isJsonObject } from '../platform/validation/validate';
import { agentDeregistered, agentNotFound } from '../agent/agent.errors';
import type { HealthThresholds } from '../agent/agent-health';
import { Configuration } from '../platform/config/configuration';
import { IntervalScaling } from '../liveness/interval-scaling';
import { HeartbeatBuffer } from '../liveness/heartbeat-buffer';
import { transition, type AgentStatus } from '../agent/agent-status';
import type { KnownAgent } from './beats.repository';
import { LocalHealthMonitor } from './sweep/local-health-monitor';
import { parseHeartbeat, type HeartbeatContent } from './heartbeat-body';
import { HeartbeatReplies, type HeartbeatReply } from './heartbeat-replies';
import { Incarnations } from './incarnations';
import { beatNotKept, ReplicaLease } from './replica-lease';

export interface AcceptedBeat {
  id: string;
  status: AgentStatus;
  nextHeartbeatSeconds: number;
  timeoutSeconds: number;
  /** What waits for the agent, if anything. */
  reply: HeartbeatReply | undefined;
}

export interface RejectedBeat {
  index: number;
  id: string;
  code: string;
  detail: string;
}

export interface AcceptedBatch {
  accepted: number;
  rejected: RejectedBeat[];
  /** Of the agents that something waits for. */
  replies: (HeartbeatReply & { id: string })[];
  nextHeartbeatSeconds: number;
}

/** What became of a heartbeat that arrived. */
type BeatResult = 'accepted' | 'invalid' | 'forbidden' | 'not_registered' | 'superseded' | 'unavailable';

/** Takes heartbeats in. What it accepts is in the database within `HEARTBEAT_FLUSH_INTERVAL_MS`, or as soon as that can be. */
@Injectable()
export class HeartbeatService {
  /** Since the start of this process, each beat of a batch for itself. */
  readonly results: Record<BeatResult, number> = {
    accepted: 0,
    invalid: 0,
    forbidden: 0,
    not_registered: 0,
    superseded: 0,
    unavailable: 0,
  };

  private readonly thresholds: HealthThresholds;

  constructor(
    private readonly incarnations: Incarnations,
    private readonly buffer: HeartbeatBuffer,
    private readonly localHealth: LocalHealthMonitor,
    private readonly lease: ReplicaLease,
    private readonly intervals: IntervalScaling,
    private readonly replies: HeartbeatReplies,
    private readonly access: AccessControl,
    private readonly clock: Clock,
    { HEALTH_DEGRADED_PERCENT: degraded, HEALTH_UNHEALTHY_PERCENT: unhealthy }: Configuration,
  ) {
    this.thresholds = { degraded, unhealthy };
  }

  /**
   * Takes one heartbeat.
   * @throws DomainError `validation_failed`; `agent_not_found`, `agent_deregistered` or `superseded`, all proven; `store_unavailable`,
   *   also when the beat could be taken here but perhaps not be kept
   */
  beat(id: string, body: unknown): AcceptedBeat | Promise<AcceptedBeat> {
    try {
      const parsed = parseHeartbeat(body, this.thresholds);
      if ('errors' in parsed) throw validationError(inBody(parsed.errors));
      const found = this.incarnations.find(id, parsed.incarnation);
      return found instanceof Promise
        ? found.then((agent) => this.take(id, agent, parsed)).catch((error: unknown) => this.refuse(error))
        : this.take(id, found, parsed);
    } catch (error) {
      return this.refuse(error);
    }
  }

  /**
   * Takes many heartbeats; one that is not valid, not the caller's or not of a registered agent is rejected by itself.
   * @throws DomainError `store_unavailable` when none is accepted and one of them would be if the database were there
   */
  async beatAll(beats: unknown[], principal: Principal): Promise<AcceptedBatch> {
    let unavailable: DomainError | undefined;
    const rejected: RejectedBeat[] = [];
    const reject = (index: number, id: unknown, error: DomainError): void => {
      const { code, message } = error;
      this.count(error);
      rejected.push({ index, id: typeof id === 'string' ? id : '', code, detail: message });
    };
    const taken = await Promise.all(
      beats.map(async (beat, index) => {
        const parsed = parseBatchItem(beat, this.thresholds);
        if (parsed instanceof DomainError) return reject(index, isJsonObject(beat) ? beat.id : '', parsed);
        try {
          const required = this.access.require(principal, { access: 'agent', agentId: parsed.id, allowStale: true });
          if (required) await required;
          const { id, content } = parsed;
          const found = this.incarnations.find(id, content.incarnation);
          const agent = requireRegistered(id, found instanceof Promise ? await found : found);
          return { agent, content };
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
          if (error.kind === 'unavailable') unavailable = error;
          return reject(index, parsed.id, error);
        }
      }),
    );
    let accepted = 0;
    const replies: AcceptedBatch['replies'] = [];
    let shortest = Infinity;
    const now = this.clock.monotonicMs(); // not earlier: a flush counts as written what was recorded before it began
    for (const [index, beat] of taken.entries()) {
      if (!beat) continue;
      if (!this.lease.covers(beat.agent.intervalSeconds, now)) {
        reject(index, beat.agent.id, (unavailable = beatNotKept()));
        continue;
      }
      accepted++;
      const { id, intervalSeconds, owner } = beat.agent;
      this.buffer.record(id, now, beat.content.report, beat.content.readiness);
      const reply = this.replies.of(id);
      if (reply) replies.push({ id, ...reply });
      shortest = Math.min(shortest, this.intervals.nextHeartbeatSeconds(intervalSeconds, owner));
    }
    this.results.accepted += accepted;
    if (accepted === 0 && unavailable) throw unavailable;
    rejected.sort((a, b) => a.index - b.index);
    return {
      accepted,
      rejected,
      replies,
      nextHeartbeatSeconds: accepted === 0 ? DEFAULT_INTERVAL_SECONDS : shortest,
    };
  }

  private refuse(error: unknown): never {
    this.count(error);
    throw error;
  }

  private count(error: unknown): void {
    this.results[resultOf(error)]++;
    if (error instanceof DomainError && error.kind === 'unavailable') this.localHealth.miss();
  }

  private take(id: string, found: KnownAgent | undefined, { report, readiness }: HeartbeatContent): AcceptedBeat {
    const { status, intervalSeconds, owner } = requireRegistered(id, found);
    const now = this.clock.monotonicMs();
    if (!this.lease.covers(intervalSeconds, now)) throw beatNotKept();
    this.buffer.record(id, now, report, readiness);
    this.results.accepted++;
    return {
      id,
      status: transition(status, 'heartbeat') ?? status,
      nextHeartbeatSeconds: this.intervals.nextHeartbeatSeconds(intervalSeconds, owner),
      timeoutSeconds: this.intervals.timeoutSeconds(intervalSeconds, owner),
      reply: this.replies.of(id),
    };
  }
}

const DEFAULT_INTERVAL_SECONDS = 10;

function resultOf(error: unknown): BeatResult {
  if (!(error instanceof DomainError) || error.kind === 'unavailable') return 'unavailable';
  if (error.kind === 'forbidden') return 'forbidden';
  if (error.kind === 'conflict') return 'superseded';
  return error.kind === 'invalid' ? 'invalid' : 'not_registered';
}

function requireRegistered(id: string, agent: KnownAgent | undefined): KnownAgent {
  if (!agent) throw agentNotFound(id);
  if (agent.status === 'deregistered') throw agentDeregistered(id);
  return agent;
}

function parseBatchItem(
  beat: unknown,
  thresholds: HealthThresholds,
): { id: string; content: HeartbeatContent } | DomainError {
  const violations = jsonViolations(beat);
  if (violations.length > 0) return validationError(inBody(violations));
  if (!isJsonObject(beat)) return validationError([{ field: 'body', message: 'must be an object with an id' }]);
  const { id, ...body } = beat;
  if (typeof id !== 'string' || id.length === 0 || id.length > 255)
    return validationError([{ field: 'id', message: 'must be the id of an agent' }]);
  // The figures of a report stand under `health` here, and nowhere else.
  if (!Object.hasOwn(body, 'health')) body.health = null;
  const parsed = parseHeartbeat(body, thresholds);
  return 'errors' in parsed ? validationError(parsed.errors) : { id, content: parsed };
}
