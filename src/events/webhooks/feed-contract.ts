import { Injectable } from '@nestjs/common';
import { DatabaseTimeline } from '../../platform/database/database-timeline';
import { DomainError } from '../../platform/validation/domain-error';
import { decodeLogCursor, encodeLogCursor, type LogHead } from '../../platform/validation/log-cursor';
import type { AgentEvent } from '../agent-event';

const LIST = 'events';
const SOURCE = '/agent-registry';

/** Places in the log as clients know them. */
@Injectable()
export class FeedCursors {
  constructor(private readonly timeline: DatabaseTimeline) {}

  /** After this revision. */
  async cursorOf(revision: string): Promise<string> {
    return encodeLogCursor(LIST, String(BigInt(revision) + 1n), await this.head());
  }

  /**
   * The revision after which events are to come.
   * @throws DomainError `validation_failed` or `cursor_invalid`, naming `field`
   */
  async revisionOf(place: string, field: string): Promise<string> {
    const head = await this.head();
    if (place === 'now') return head.last;
    if (place === 'oldest') return '0';
    try {
      const after = { ...head, last: String(BigInt(head.last) + 1n) };
      return String(BigInt(decodeLogCursor(LIST, place, after)) - 1n);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const errors = error.errors.map(({ message }) => ({ field, message }));
      throw new DomainError(error.kind, error.code, error.message.replace(/^cursor /, `${field} `), { errors });
    }
  }

  private head(): Promise<LogHead> {
    return this.timeline.headOf('agent_events_revision_seq');
  }
}

/** The `type` of the CloudEvent. */
export function cloudEventType(type: string): string {
  return `ai.noaark.agent.${type}.v1`;
}

/** A CloudEvent 1.0.2 in its JSON format. */
export function cloudEvent(
  { revision, type, agentId, occurredAt }: Pick<AgentEvent, 'revision' | 'type' | 'agentId' | 'occurredAt'>,
  data: object,
): object {
  return {
    specversion: '1.0',
    id: revision,
    source: SOURCE,
    type: cloudEventType(type),
    subject: agentId,
    time: occurredAt.toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}
