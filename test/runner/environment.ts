import 'reflect-metadata';
import { format, types } from 'node:util';
import type { Circus } from '@jest/types';
import { TestEnvironment } from 'jest-environment-node';

// A worker whose jest was killed would otherwise live on for as long as its tests hold a connection. (Polled, because a
// listener for 'disconnect' keeps a worker that is done from ending.)
if (process.connected) setInterval(() => process.connected || process.exit(1), 500).unref();

/** As much as is shown of what was captured before a test failed. */
const SHOWN_LINES = 200;

/** What packages print that stand outside of the sandbox. */
const PRINTING = ['log', 'info', 'warn', 'error'] as const;
const CONSOLE = Object.fromEntries(PRINTING.map((method) => [method, console[method]]));

/**
 * The sandbox of a test file. Packages and the built product stand outside of it (see `runtime.js`), so it has their `Reflect`
 * (decorators leave metadata there) and their `Date`. What services print is captured (`test/support/captured-output.ts`)
 * and shown when the test fails.
 */
export default class Environment extends TestEnvironment {
  private readonly capturedOutput: string[] = [];

  constructor(...parameters: ConstructorParameters<typeof TestEnvironment>) {
    super(...parameters);
    const { capturedOutput } = this;
    Object.assign(this.global, { Reflect, Date, capturedOutput });
    acceptErrorsFromOutside(this.global.Error);
    for (const method of PRINTING) console[method] = (...printed) => void capturedOutput.push(format(...printed));
  }

  override async teardown(): Promise<void> {
    Object.assign(console, CONSOLE);
    await super.teardown();
  }

  handleTestEvent(event: Circus.Event): void {
    if (event.name === 'hook_failure') this.show(`a ${event.hook.type} hook`);
    if (event.name !== 'test_done') return;
    if (event.test.errors.length > 0) this.show(`"${event.test.name}"`);
    this.capturedOutput.length = 0; // what follows belongs to the next test
  }

  private show(failed: string): void {
    const lines = this.capturedOutput.splice(0);
    if (lines.length === 0) return;
    const left = lines.length > SHOWN_LINES ? `\n… ${lines.length - SHOWN_LINES} lines before` : '';
    this.global.console.error([`Printed until ${failed} failed:${left}`, ...lines.slice(-SHOWN_LINES)].join('\n'));
  }
}

/** Makes `thrown instanceof Error` true in the sandbox for an error from outside of it. */
function acceptErrorsFromOutside(SandboxError: ErrorConstructor): void {
  Object.defineProperty(SandboxError, Symbol.hasInstance, {
    value(this: unknown, thrown: unknown): boolean {
      const isInstance = (): boolean => Function.prototype[Symbol.hasInstance].call(this, thrown);
      return this === SandboxError ? types.isNativeError(thrown) || isInstance() : isInstance();
    },
  });
}
