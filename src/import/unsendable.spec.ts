import { whyUnsendable } from './unsendable';

const AGENT = { id: 'a', name: 'A' };

describe('whyUnsendable', () => {
  it('has nothing against an agent that is merely invalid', () => {
    expect(whyUnsendable({ ...AGENT, name: 'x'.repeat(300) }, 400, 400)).toEqual([]);
  });

  it.each([
    [{ ...AGENT, metadata: { note: 'a\0b' } }, 'metadata.note'],
    [{ ...AGENT, name: '\ud800' }, 'name'],
    [AGENT, ''],
  ])('names the field that a request cannot carry (%#)', (agent, field) => {
    expect(whyUnsendable(agent, agent === AGENT ? 11 : 1, 10)).toMatchObject([{ field }]);
  });
});
