/** What is used of `nestjs-pino` 4 that its documentation does not promise: where it keeps the logger of a request. */
export { storage as loggers, Store as LoggerStore } from 'nestjs-pino/storage';
