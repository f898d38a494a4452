import * as fc from 'fast-check';
import { legalId } from './legal-id';

const LEGAL = /^[A-Za-z0-9._:-]{1,255}$/;
const identity = fc.string({ unit: 'binary', minLength: 1, maxLength: 400 });

describe('legalId', () => {
  it.each([
    ['agent-1', 'agent-1'],
    ['urn:noa.agent_1', 'urn:noa.agent_1'],
    ['Upgrade & Patch Agent', 'Upgrade-Patch-Agent'],
    ['Sub-\n      SUB', 'Sub--SUB'],
    ['a/b\\c', 'a-b-c'],
    [' x ', '-x-'],
    ['Überwacher', '-berwacher'],
    ['日本', '-'],
    ['\u0000\ud800', '-'],
    ['x'.repeat(255), 'x'.repeat(255)],
  ])('%j becomes %j', (from, to) => {
    expect(legalId(from)).toBe(to);
  });

  it('shortens what is too long without making different identities equal', () => {
    const long = 'x'.repeat(256);
    expect(legalId(long)).toMatch(LEGAL);
    expect(legalId(long)).not.toBe(legalId(`${long}y`));
  });

  it('is always legal', () => {
    fc.assert(fc.property(identity, (text) => LEGAL.test(legalId(text))));
  });

  it('is stable and idempotent', () => {
    fc.assert(
      fc.property(identity, (text) => {
        expect(legalId(text)).toBe(legalId(text));
        expect(legalId(legalId(text))).toBe(legalId(text));
      }),
    );
  });

  it('leaves a legal id as it is', () => {
    fc.assert(fc.property(fc.stringMatching(LEGAL), (id) => legalId(id) === id));
  });
});
