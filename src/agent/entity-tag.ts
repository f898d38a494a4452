/** The strong `ETag` of one state of an agent. The time of registration tells a new agent from a purged one of its id. */
export function entityTag(agent: { generation: number; registeredAt: Date }): string {
  return `"${agent.generation}-${agent.registeredAt.getTime().toString(36)}"`;
}

/** `If-Match`: strong comparison (RFC 9110, 13.1.1). An absent header matches. */
export function ifMatchHolds(header: string | undefined, tag: string): boolean {
  return header === undefined || header.trim() === '*' || tagsOf(header).includes(tag);
}

/** `If-None-Match`: weak comparison (RFC 9110, 13.1.2). True when the client has this state already. */
export function ifNoneMatchHits(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || tagsOf(header).some((candidate) => candidate.replace(/^W\//, '') === tag);
}

function tagsOf(header: string): string[] {
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}
