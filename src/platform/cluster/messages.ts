/** What the processes of one machine tell each other over Node's channel between a primary and its workers. */
export type ToPrimary =
  | { type: 'registry:ready'; port: number }
  | { type: 'registry:scrape'; id: number }
  | { type: 'registry:tell'; topic: string; payload: unknown };

export type ToWorker =
  | { type: 'registry:stop'; signal: string }
  | { type: 'registry:scraped'; id: number; text?: string; error?: string }
  | { type: 'registry:told'; topic: string; payload: unknown };

/** The channel carries Node's and prom-client's messages as well. */
export function isOurs(message: unknown): boolean {
  const { type } = (message ?? {}) as { type?: unknown };
  return typeof type === 'string' && type.startsWith('registry:');
}
