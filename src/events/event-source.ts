import type { Configuration } from '../platform/config/configuration';

/** The `source` of CloudEvents: where clients reach this registry, as far as the settings tell. */
export function eventSource({ PUBLIC_URL }: Configuration): string {
  return PUBLIC_URL ?? '/agent-registry';
}
