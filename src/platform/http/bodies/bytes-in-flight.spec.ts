import type { IncomingMessage } from 'node:http';
import * as fc from 'fast-check';
import { TestClock } from '../../../../test/support/test-clock';
import { BytesInFlight, LARGE_BYTES, type HeldBytes } from './bytes-in-flight';

const KIB = 1024;
const MOST = 1024 * KIB;
const overloaded = expect.objectContaining({ code: 'overloaded' }) as Error;

describe('BytesInFlight', () => {
  let clock: TestClock;
  let bytes: BytesInFlight;
  let cut: string[];

  beforeEach(() => {
    clock = new TestClock();
    clock.ignoreStalls();
    cut = [];
    bytes = new BytesInFlight(MOST, clock);
  });

  interface Body {
    request: IncomingMessage;
    held: HeldBytes;
  }

  function hold(name: string, size: number): Body {
    const request = {} as IncomingMessage; // only an identity here
    return { request, held: bytes.hold(request, size, () => cut.push(name)) };
  }

  it('takes bodies until all bytes are taken, and again when they are given back', () => {
    const small = Array.from({ length: 64 }, (_, n) => hold(String(n), 16 * KIB));
    expect(() => hold('one more', 1)).toThrow(overloaded);
    expect(bytes.held).toBe(MOST);
    bytes.release(small[0]!.request);
    hold('one more', 16 * KIB);
    expect(() => hold('two more', 1)).toThrow(overloaded);
  });

  it('leaves a quarter to small bodies', () => {
    hold('large', 768 * KIB);
    expect(() => hold('another large', LARGE_BYTES + 1)).toThrow(overloaded);
    for (let n = 0; n < 8; n++) hold('small', LARGE_BYTES);
    expect(() => hold('small', 1)).toThrow(overloaded);
  });

  it('counts a body that grows as large when it has become so', () => {
    const { held } = hold('growing', 0);
    for (let n = 0; n < 24; n++) bytes.grow(held, LARGE_BYTES);
    expect(() => bytes.grow(held, 1)).toThrow(overloaded);
    hold('small', LARGE_BYTES);
  });

  it('cuts the body that has stalled for longest when another one needs its bytes, and no more than needed', async () => {
    const first = hold('first', 256 * KIB);
    hold('second', 256 * KIB);
    hold('third', 256 * KIB);
    await clock.advance(1);
    bytes.moved(first.held);
    await clock.advance(0.99);
    expect(() => hold('too early', 256 * KIB)).toThrow(overloaded);
    await clock.advance(0.02);
    hold('needy', 256 * KIB);
    expect(cut).toEqual(['second']);
  });

  it('cuts no body that has arrived, or that holds nothing of what is needed', async () => {
    const arrived = hold('arrived', 512 * KIB);
    bytes.arrived(arrived.held);
    hold('small', LARGE_BYTES);
    hold('empty', 0);
    await clock.advance(60);
    expect(() => hold('needy', 512 * KIB)).toThrow(overloaded);
    expect(cut).toEqual([]);
  });

  it('holds as much as the bodies that are there, whatever came before', async () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('hold', 'grow', 'arrived', 'release', 'wait'), fc.nat(200_000)), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const tested = new BytesInFlight(MOST, clock);
        const bodies: Body[] = [];
        for (const [step, number] of list) {
          const body = bodies[number % bodies.length];
          try {
            if (step === 'hold') {
              const request = {} as IncomingMessage;
              bodies.push({ request, held: tested.hold(request, number, () => undefined) });
            } else if (step === 'grow' && body && body.held.bytes > 0) tested.grow(body.held, number);
            else if (step === 'arrived' && body) tested.arrived(body.held);
            else if (step === 'release' && body) tested.release(body.request);
            else if (step === 'wait') await clock.advance(number / 100_000);
          } catch (error) {
            expect(error).toEqual(overloaded);
          }
          const held = bodies.reduce((sum, each) => sum + each.held.bytes, 0);
          expect(tested.held).toBe(held);
          expect(held).toBeLessThanOrEqual(MOST);
        }
        for (const { request } of bodies) tested.release(request);
        expect(tested.held).toBe(0);
        tested.hold({} as IncomingMessage, MOST * 0.75, () => undefined); // nothing is left of what was large
      }),
    );
  });
});
