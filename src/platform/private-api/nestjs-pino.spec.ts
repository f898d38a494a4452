import { Writable } from 'node:stream';
import { pino } from 'pino';
import { PinoLogger } from 'nestjs-pino';
import { loggers, LoggerStore } from './nestjs-pino';

describe('The private API of nestjs-pino', () => {
  it('has a PinoLogger write to the logger of the request that it runs in', () => {
    const lines: string[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const logger = new PinoLogger({ pinoHttp: [{ level: 'info' }, stream] });
    // The first logger of a process sets it, which may have been another file's.
    Object.defineProperty(PinoLogger, 'root', { value: pino({ level: 'info' }, stream), writable: true });
    const child = pino({ level: 'info' }, stream).child({ request_id: 'mine' });
    loggers.run(new LoggerStore(child), () => {
      logger.info('inside');
      loggers.exit(() => logger.info('outside'));
    });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { msg: 'inside', request_id: 'mine' },
      { msg: 'outside' },
    ]);
    expect(lines[1]).not.toContain('request_id');
  });
});
