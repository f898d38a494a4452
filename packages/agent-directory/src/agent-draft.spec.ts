import * as fc from 'fast-check';
import { type AgentDraft, legalId, mergeDrafts, toDefinition } from './agent-draft';

const LEGAL = /^[A-Za-z0-9._:-]{1,255}$/;
const identity = fc.string({ unit: 'binary', minLength: 1, maxLength: 400 });

const text = fc.string({ minLength: 1 });
const maybe = fc.option(text, { nil: undefined });
const drafts: fc.Arbitrary<AgentDraft> = fc.record({
  identity: fc.constant('same'),
  name: maybe,
  type: maybe,
  role: maybe,
  category: maybe,
  version: maybe,
  description: maybe,
  dependsOn: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd')),
  capabilities: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd')),
  endpoints: fc
    .dictionary(fc.constantFrom('http', 'grpc', '__proto__'), text)
    .map((map) => new Map(Object.entries(map))),
  metadata: fc
    .dictionary(fc.constantFrom('k', 'l', '__proto__'), fc.jsonValue())
    .map((map) => new Map(Object.entries(map))),
});

function draft(fields: Partial<AgentDraft> & { identity: string }): AgentDraft {
  return { capabilities: [], dependsOn: [], endpoints: new Map(), metadata: new Map(), ...fields };
}

describe('mergeDrafts', () => {
  it('lets the first non-empty value win and unites the capabilities', () => {
    const first = draft({ identity: 'a', type: 'Agent', capabilities: ['x', 'y'], metadata: new Map([['k', '1']]) });
    const later = draft({
      identity: 'a',
      name: 'A',
      type: 'Other',
      capabilities: ['y', 'z'],
      metadata: new Map([
        ['k', '2'],
        ['l', '3'],
      ]),
    });
    expect(mergeDrafts(first, later)).toMatchObject({
      name: 'A',
      type: 'Agent',
      capabilities: ['x', 'y', 'z'],
      metadata: new Map([
        ['k', '1'],
        ['l', '3'],
      ]),
    });
  });

  it('changes nothing when a row comes twice', () => {
    fc.assert(fc.property(drafts, (one) => expect(mergeDrafts(one, one)).toEqual(one)));
  });

  it('does not depend on how the rows are grouped, only on their order', () => {
    fc.assert(
      fc.property(drafts, drafts, drafts, (a, b, c) => {
        expect(mergeDrafts(mergeDrafts(a, b), c)).toEqual(mergeDrafts(a, mergeDrafts(b, c)));
      }),
    );
  });

  it('loses no capability and no key, and never repeats a capability', () => {
    fc.assert(
      fc.property(drafts, drafts, (a, b) => {
        const merged = mergeDrafts(a, b);
        expect(new Set(merged.capabilities)).toEqual(new Set([...a.capabilities, ...b.capabilities]));
        expect(merged.capabilities).toHaveLength(new Set(merged.capabilities).size);
        expect(new Set(merged.metadata.keys())).toEqual(new Set([...a.metadata.keys(), ...b.metadata.keys()]));
      }),
    );
  });
});

describe('toDefinition', () => {
  it('lets the role stand in for a missing type and the identity for a missing name', () => {
    expect(toDefinition(draft({ identity: 'a-1', role: 'Micro Agent' }))).toEqual({
      id: 'a-1',
      name: 'a-1',
      type: 'Micro Agent',
    });
    expect(toDefinition(draft({ identity: 'a-1', role: 'Micro Agent', type: 'Agent' })).type).toBe('Agent');
  });

  it('keeps the original identity when it had to change it', () => {
    const metadata = new Map([['original_id', 'somebody else']]);
    const definition = toDefinition(draft({ identity: 'Agent One', metadata }));
    expect(definition).toMatchObject({ id: 'Agent-One', name: 'Agent One', metadata: { original_id: 'Agent One' } });
  });

  it('leaves out what the rows do not say', () => {
    expect(toDefinition(draft({ identity: 'a' }))).toEqual({ id: 'a', name: 'a' });
  });
});

describe('legalId', () => {
  it.each([
    ['agent-1', 'agent-1'],
    ['urn:noa.agent_1', 'urn:noa.agent_1'],
    ['Upgrade & Patch Agent', 'Upgrade-Patch-Agent'],
    ['Sub-\n      SUB', 'Sub--SUB'],
    ['a/b\\c', 'a-b-c'],
    [' x ', '-x-'],
    ['Überwacher', '-berwacher-b9061a37c23649c2'],
    ['日本', '--cf2abf0c5be326cb'],
    ['中国', '--f0e9521611bb290d'],
    ['& / ?', '--3249e500c235a8e8'],
    ['\u0000\ud800', '--0d8845eb2da42f75'],
    ['---', '---'],
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
    fc.assert(fc.property(identity, (from) => LEGAL.test(legalId(from))));
  });

  it('is stable and idempotent', () => {
    fc.assert(
      fc.property(identity, (from) => {
        expect(legalId(from)).toBe(legalId(from));
        expect(legalId(legalId(from))).toBe(legalId(from));
      }),
    );
  });

  it('leaves a legal id as it is', () => {
    fc.assert(fc.property(fc.stringMatching(LEGAL), (id) => legalId(id) === id));
  });
});
