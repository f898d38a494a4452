import { Writable } from 'node:stream';
import { pino } from 'pino';
import { PinoLogger } from 'nestjs-pino';
import { loggers, LoggerStore } from './nestjs-pino';

function linesInto(lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
}

describe('The private API of nestjs-pino', () => {
  it('has a PinoLogger write to the logger of the request that it runs in', () => {
    const ofRequest: string[] = [];
    // What it writes outside of requests goes where the first logger of the process wrote, which may be another file's.
    const logger = new PinoLogger({ pinoHttp: [{ level: 'info' }, linesInto([])] });
    const child = pino({ level: 'info' }, linesInto(ofRequest)).child({ request_id: 'mine' });
    loggers.run(new LoggerStore(child), () => {
      logger.info('inside');
      loggers.exit(() => logger.info('outside'));
    });
    expect(ofRequest.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ msg: 'inside', request_id: 'mine' }),
    ]);
  });
});
