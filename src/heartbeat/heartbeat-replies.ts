import { Injectable } from '@nestjs/common';

/** Fields of the answer to a heartbeat. */
export type HeartbeatReply = Record<string, unknown>;

/** A module that has something waiting for agents, which they get with the answer to their next heartbeat. */
export interface HeartbeatReplyContributor {
  /**
   * The fields that wait for the agent with this id; undefined when there are none. Called for every heartbeat, so it must answer from
   * memory, and must not throw.
   */
  contribute(id: string): HeartbeatReply | undefined;
}

/** Collects what modules add to the answers to heartbeats. */
@Injectable()
export class HeartbeatReplies {
  private readonly contributors: HeartbeatReplyContributor[] = [];

  /** A module calls it when it is made. Two contributors must not have fields of the same name. */
  add(contributor: HeartbeatReplyContributor): void {
    this.contributors.push(contributor);
  }

  /** All that waits for the agent; undefined when there is nothing. */
  of(id: string): HeartbeatReply | undefined {
    let reply: HeartbeatReply | undefined;
    for (const contributor of this.contributors) {
      const fields = contributor.contribute(id);
      if (fields) reply = reply ? { ...reply, ...fields } : fields;
    }
    return reply;
  }
}
