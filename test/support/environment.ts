import { TestEnvironment } from 'jest-environment-node';

// A worker whose jest was killed would otherwise live on for as long as its tests hold a connection. (Polled, because a
// listener for 'disconnect' keeps a worker that is done from ending.)
if (process.connected) setInterval(() => process.connected || process.exit(1), 500).unref();

export default TestEnvironment;
