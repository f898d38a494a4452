/** What goes into one request: within the service's 500 definitions and 4 MiB. */
const MAX_BATCH = { agents: 200, bytes: 3 * 1024 * 1024 };

/** Cuts agents into what one request each may carry, in their order. `bytesOf` gives the size of one as JSON. */
export function* cutBatches<Agent>(
  agents: Iterable<Agent>,
  bytesOf: (agent: Agent) => number,
  max = MAX_BATCH,
): Generator<Agent[], void, undefined> {
  let batch: Agent[] = [];
  let bytes = 0;
  for (const agent of agents) {
    const size = bytesOf(agent) + 1; // and the comma
    if (batch.length === max.agents || (batch.length > 0 && bytes + size > max.bytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(agent);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
