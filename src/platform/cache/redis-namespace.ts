import type { DatabaseTimeline } from '../database/database-timeline';
import { NAMESPACE } from './namespace';

/**
 * Names what is kept in Redis, channels included. The names carry the identity of the database, so that registries with
 * different databases can share one Redis.
 */
export class RedisNamespace {
  constructor(private readonly databaseId: string) {}

  static async of(timeline: DatabaseTimeline): Promise<RedisNamespace> {
    return new RedisNamespace(await timeline.databaseId());
  }

  /** Before every name, without the colon that follows. */
  get prefix(): string {
    return `${NAMESPACE}:${this.databaseId}`;
  }

  nameOf(key: string): string {
    return `${this.prefix}:${key}`;
  }
}
