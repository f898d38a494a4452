import * as fc from 'fast-check';
import { agentRecord } from '../../../test/support/builders';
import { DomainError } from '../../platform/validation/domain-error';
import { violationsOf } from '../../platform/validation/validate';
import { Selector, type SelectorRequest } from './selector';
import { SelectorDto } from './selector.dto';

const MOMENT = { now: new Date('2026-03-01T12:00:00Z'), timeoutSeconds: 30 };
const AGENT = agentRecord({
  id: 'reader-1',
  name: 'Reader',
  version: '2.3.1',
  capabilities: ['ocr', 'nlp/ner'],
  metadata: { team: 'data', api_key: 'k' },
  registeredAt: MOMENT.now,
  lastSeen: MOMENT.now,
  locality: 'eu/de/fra1',
  skills: [{ id: 'ocr' }, { id: 'extract', version: '1.4.0' }, { id: 'sum' }],
  owner: 'ann',
});

describe('Selector', () => {
  it.each<[SelectorRequest, string[]]>([
    [{ agent: 'reader-1' }, []],
    [{ agent: 'reader-2' }, ['agent']],
    [{ capability: 'ocr' }, []],
    [{ capability: 'nlp/*' }, []],
    [{ capability: 'nlp' }, ['capability']],
    [{ capability: 'oc*' }, ['capability']],
    [{ capability: 'cv/*' }, ['capability']],
    [{ skill: 'ocr' }, []],
    [{ skill: 'nlp/*' }, ['skill']],
    [{ skill: 'ocr', version: '^2.1 || >=3.4.1' }, []],
    [{ skill: 'ocr', version: '^3' }, ['version']],
    [{ skill: 'extract' }, []],
    [{ capability: 'extract' }, []],
    [{ capability: 'ext/*' }, ['capability']],
    [{ skill: 'extract', version: '^1.2' }, []],
    [{ skill: 'extract', version: '^2' }, ['version']], // which its agent has
    [{ skill: 'sum', version: '^2' }, []], // the agent's
    [{ skill: 'sum', version: '^1' }, ['version']],
    [{ skill: 'nlp/ner', version: '^2' }, []],
    [{ skill: 'translate', version: '^2' }, ['skill']],
    [{ version: '<2' }, ['version']],
    [{ filter: 'agent.metadata.team == "data"' }, []],
    [{ filter: 'agent.metadata.gpu == true' }, ['filter']],
    [{ capability: 'ocr', skill: 'x', version: '^3', filter: 'false' }, ['skill', 'version', 'filter']],
    [{ agent: null, capability: 'ocr', filter: null }, []],
  ])('%j is failed by an agent in %j', (request, failed) => {
    const selector = new Selector(request);
    expect(selector.failedBy(AGENT, MOMENT, true).map(({ name }) => name)).toEqual(failed);
    expect(selector.matches(AGENT, MOMENT, true)).toBe(failed.length === 0);
  });

  it('says which conditions of the expression are not true, and where they stand', () => {
    const filter =
      'agent.type == "worker" &&\n (agent.metadata.gpu == true && (agent.version == "9" || false)) && true';
    const failed = new Selector({ filter }).failedBy(AGENT, MOMENT, true);
    expect(failed.map(({ name, text, line, column }) => [name, text, line, column])).toEqual([
      ['filter', 'agent.metadata.gpu == true', 2, 3],
      ['filter', 'agent.version == "9" || false', 2, 34],
    ]);
  });

  it('takes a chain of constants that is right only as a whole for one condition', () => {
    const parts = new Selector({ filter: '"text" && false' }).parts();
    expect(parts.map(({ text, line, column }) => [text, line, column])).toEqual([['"text" && false', 1, 1]]);
  });

  it('sees what the reader sees', () => {
    const selector = new Selector({ filter: 'agent.metadata.api_key == "k"' });
    expect([selector.matches(AGENT, MOMENT, true), selector.matches(AGENT, MOMENT, false)]).toEqual([true, false]);
  });

  it.each<[SelectorRequest, SelectorRequest]>([
    [{ version: '^2' }, { version: '>=2.0.0 <3.0.0-0' }],
    [{ filter: 'agent.type=="a"' }, { filter: '( agent.type  == "a" )' }],
    [
      { capability: 'ocr', agent: 'a' },
      { agent: 'a', capability: 'ocr', skill: null },
    ],
  ])('%j and %j are one in a key', (one, other) => {
    expect(JSON.stringify(new Selector(one))).toBe(JSON.stringify(new Selector(other)));
  });

  it.each<[SelectorRequest, SelectorRequest]>([
    [{ capability: 'ocr' }, { skill: 'ocr' }],
    [{ version: '^2' }, { version: '^3' }],
    [{ agent: 'true' }, { filter: 'true' }],
    [{ agent: 'a","capability":"b' }, { agent: 'a', capability: 'b' }],
  ])('%j and %j are two in a key', (one, other) => {
    expect(JSON.stringify(new Selector(one))).not.toBe(JSON.stringify(new Selector(other)));
  });

  it('knows the names that change without an event', () => {
    const { volatileNames } = new Selector({ capability: 'ocr', filter: 'agent.health.status == "healthy"' });
    expect(volatileNames).toEqual(['agent.health.status']);
  });

  it('compares any text that it may be given with nothing but itself', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }).filter((each) => !each.includes('\0'));
    fc.assert(
      fc.property(text, text, (one, other) => {
        const agent = { ...AGENT, id: one, capabilities: [one], skills: [] };
        expect(new Selector({ agent: one, skill: one }).matches(agent, MOMENT, true)).toBe(true);
        expect(new Selector({ agent: other }).matches(agent, MOMENT, true)).toBe(one === other);
        expect(new Selector({ skill: other }).matches(agent, MOMENT, true)).toBe(one === other);
      }),
    );
  });

  it.each(['"', '\\', '\n', '\r', '\u0001', '\t', '\u2028', '😀'])(
    'takes the longest id of a skill and the longest range, all of %j',
    (character) => {
      const skill = character.repeat(256);
      const version = `>=2.0.0${' '.repeat(249)}`;
      const agent = { ...AGENT, skills: [{ id: skill, version: '2.0.0' }] };
      expect(new Selector({ skill, version }).matches(agent, MOMENT, true)).toBe(true);
      expect(new Selector({ skill, version }).matches(AGENT, MOMENT, true)).toBe(false);
    },
  );

  const refusal = (request: SelectorRequest, field?: string): DomainError => {
    try {
      throw new Error(`${new Selector(request, field).canonical} was not refused`);
    } catch (error) {
      if (error instanceof DomainError) return error;
      throw error;
    }
  };

  it('refuses an expression with its place in the request and in the text', () => {
    const error = refusal({ filter: 'agent.type == "a" &&\n agent.stauts == "b"' }, 'depends_on[3]');
    expect([error.kind, error.code]).toEqual(['invalid', 'invalid_filter']);
    expect(error.errors).toMatchObject([
      { field: 'depends_on[3].filter', line: 2, column: 7, suggestion: 'agent.status' },
    ]);
  });

  it('refuses one that says nothing, which would mean every agent', () => {
    const error = refusal({ agent: null });
    expect(error.code).toBe('validation_failed');
    expect(error.errors).toEqual([
      { field: 'selector', message: 'must have at least one of agent, capability, skill, version, filter' },
    ]);
  });
});

describe('SelectorDto', () => {
  it.each<[Record<string, unknown>, string[]]>([
    [{ agent: 'a', capability: 'nlp/*', skill: 'ocr', version: '^2.1 || >=3.4.1', filter: 'true' }, []],
    [{ agent: null, version: null }, []],
    [{ agent: '' }, ['agent must have 1 to 255 characters']],
    [{ agent: 'a'.repeat(256) }, ['agent must have 1 to 255 characters']],
    [{ capability: ['ocr'] }, ['capability must be a string']],
    [{ skill: 'x\0' }, ['skill must not contain the NUL character']],
    [{ skill: '\ud800' }, ['skill must not contain unpaired surrogates']],
    [{ version: 'not a version' }, ['version must be a range of versions, such as ^2.1 || >=3.4.1']],
    [{ version: 2 }, ['version must be a string']],
    [{ version: '1'.repeat(257) }, ['version must have 1 to 256 characters']],
    [{ filter: {} }, ['filter must be a string']],
    [{ capabilities: ['ocr'] }, ['capabilities is not a known property']],
  ])('%j has the violations %j', (value, expected) => {
    expect(violationsOf(SelectorDto, value).map(({ field, message }) => `${field} ${message}`)).toEqual(expected);
  });

  it('lets nothing pass that no selector can be made of, but for the expression', () => {
    const member = fc.option(fc.string({ unit: 'binary', minLength: 1, maxLength: 260 }), { nil: undefined });
    const request = fc.record({ agent: member, capability: member, skill: member, version: member });
    fc.assert(
      fc.property(request, fc.constantFrom('^1', '*', '>1 <2 || 3'), (given, range) => {
        const dto = { ...given, version: given.version === undefined ? undefined : range };
        fc.pre(violationsOf(SelectorDto, dto).length === 0 && Object.values(dto).some((each) => each !== undefined));
        expect(new Selector(dto).parts().length).toBeGreaterThan(0);
      }),
    );
  });
});
