import { TestEnvironment } from 'jest-environment-node';

// A worker whose jest was killed would otherwise live on for as long as its tests hold a connection.
process.once('disconnect', () => process.exit(1));

export default TestEnvironment;
