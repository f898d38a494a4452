import * as fc from 'fast-check';
import { type AgentDraft, mergeDrafts, toDefinition } from './agent-draft';

const text = fc.string({ minLength: 1 });
const maybe = fc.option(text, { nil: undefined });
const drafts: fc.Arbitrary<AgentDraft> = fc.record({
  identity: fc.constant('same'),
  name: maybe,
  type: maybe,
  role: maybe,
  category: maybe,
  version: maybe,
  capabilities: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd')),
  endpoints: fc
    .dictionary(fc.constantFrom('http', 'grpc', '__proto__'), text)
    .map((map) => new Map(Object.entries(map))),
  metadata: fc
    .dictionary(fc.constantFrom('k', 'l', '__proto__'), fc.jsonValue())
    .map((map) => new Map(Object.entries(map))),
});

function draft(fields: Partial<AgentDraft> & { identity: string }): AgentDraft {
  return { capabilities: [], endpoints: new Map(), metadata: new Map(), ...fields };
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
