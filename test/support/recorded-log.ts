import { Writable } from 'node:stream';
import type { TestingModuleBuilder } from '@nestjs/testing';
import { PARAMS_PROVIDER_TOKEN } from 'nestjs-pino';
import { __resetOutOfContextForTests } from 'nestjs-pino/PinoLogger';
import { loggingOptions } from '../../src/platform/observability/logging';

export interface LogLine {
  level: string;
  msg: string;
  [field: string]: unknown;
}

/** What a service in this process logs, in place of writing it: give {@link customise} to `createTestApp`. */
export class RecordedLog {
  readonly lines: LogLine[] = [];
  private readonly stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      for (const line of chunk.toString().trimEnd().split('\n')) this.lines.push(JSON.parse(line) as LogLine);
      done();
    },
  });

  /** `hasAccessLog`: as {@link loggingOptions} has it, for a service with `LOG_REQUESTS`. */
  constructor(
    private readonly level: 'debug' | 'info' | 'warn' = 'warn',
    private readonly hasAccessLog = false,
  ) {}

  readonly customise = (builder: TestingModuleBuilder): TestingModuleBuilder => {
    __resetOutOfContextForTests(); // nestjs-pino has one logger in a process, the first
    const params = {
      pinoHttp: [loggingOptions(this.level, false, { hasAccessLog: this.hasAccessLog }).pinoHttp, this.stream],
    };
    return builder.overrideProvider(PARAMS_PROVIDER_TOKEN).useValue(params);
  };

  /** Lines with such a message. */
  saying(message: string): LogLine[] {
    return this.lines.filter(({ msg }) => msg.includes(message));
  }
}
