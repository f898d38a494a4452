import * as fc from 'fast-check';
import { chosenAgentId } from './agent-fields';
import { newAgentId } from './agent-id';

const time = fc.date({ min: new Date(0), max: new Date(2 ** 48 - 1), noInvalidDate: true });

describe('newAgentId', () => {
  it('is agent- and a UUID of version 7 and the variant of RFC 9562', () => {
    fc.assert(
      fc.property(time, (now) => {
        expect(newAgentId(now)).toMatch(/^agent-[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      }),
    );
  });

  it('begins with the milliseconds since 1970', () => {
    fc.assert(
      fc.property(time, (now) => {
        const hex = newAgentId(now).slice('agent-'.length).replaceAll('-', '');
        expect(Number.parseInt(hex.slice(0, 12), 16)).toBe(now.getTime());
      }),
    );
  });

  it('sorts by the time at which it was made', () => {
    fc.assert(
      fc.property(time, time, (one, other) => {
        fc.pre(one.getTime() !== other.getTime());
        expect(newAgentId(one) < newAgentId(other)).toBe(one < other);
      }),
    );
  });

  it('is another one each time, even within a millisecond', () => {
    const now = new Date();
    expect(new Set(Array.from({ length: 1000 }, () => newAgentId(now))).size).toBe(1000);
  });

  it('uses all of its random bits', () => {
    const ids = Array.from({ length: 1000 }, () => newAgentId(new Date(0)).slice('agent-'.length).replaceAll('-', ''));
    const bits = ids.map((hex) => BigInt(`0x${hex}`));
    const ever = bits.reduce((all, value) => all | value, 0n);
    const always = bits.reduce((all, value) => all & value, (1n << 128n) - 1n);
    expect((ever ^ always).toString(2).replaceAll('0', '')).toHaveLength(74);
  });

  it('is an id that an agent may send with its next registration', () => {
    fc.assert(fc.property(time, (now) => chosenAgentId(newAgentId(now)).length === 0));
  });
});
