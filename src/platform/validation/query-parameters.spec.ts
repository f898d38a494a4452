import * as fc from 'fast-check';
import type { FieldError } from './domain-error';
import { QueryParameters } from './query-parameters';

const of = (search: string): QueryParameters => QueryParameters.of({ originalUrl: `/agents${search}` });

/** What {@link QueryParameters.finish} refuses, as `field message`. */
function refusals(parameters: QueryParameters): string[] {
  try {
    parameters.finish();
    return [];
  } catch (error) {
    return (error as { errors: FieldError[] }).errors.map(({ field, message }) => `${field} ${message}`);
  }
}

describe('QueryParameters', () => {
  it('has nothing to refuse when nothing was given', () => {
    for (const search of ['', '?', '?&&']) expect(refusals(of(search))).toEqual([]);
  });

  it('reads only what is behind the first question mark', () => {
    const parameters = of('?a=1?2&b=x=y');
    expect([parameters.one('a', 9), parameters.one('b', 9)]).toEqual(['1?2', 'x=y']);
    expect(refusals(parameters)).toEqual([]);
  });

  it('decodes escapes and plus signs, and survives garbage', () => {
    const parameters = of('?a=%41+%2B%C3%A4&b=%&c=%zz&d=%ff');
    expect(['a', 'b', 'c', 'd'].map((name) => parameters.one(name, 99))).toEqual(['A +ä', '%', '%zz', '\ufffd']);
  });

  it.each(['x', 'constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'refuses the unknown parameter %s',
    (name) => {
      expect(refusals(of(`?${name}=1&${name}=2`))).toEqual([`${name} is not a parameter of this request`]);
    },
  );

  it('names even a parameter that has no name', () => {
    expect(refusals(of('?=x'))).toEqual([expect.stringMatching(/^.+ is not a parameter of this request$/)]);
  });

  it('tells every violation at once', () => {
    const parameters = of('?limit=0&name=&status=odd&x=1');
    parameters.integer('limit', 1, 10, 5);
    parameters.one('name', 10);
    parameters.words('status', ['active']);
    expect(refusals(parameters)).toEqual([
      'limit must be a whole number from 1 to 10',
      'name must not be empty',
      'status must be one of active',
      'x is not a parameter of this request',
    ]);
  });

  it.each([
    ['?a=x%00y', 'a must not contain the NUL character'],
    ['?x%00=y', 'x\0 must not contain the NUL character'],
  ])('refuses the NUL in %s', (search, refusal) => {
    const parameters = of(search);
    for (const name of ['a', 'x\0']) parameters.many(name, 10);
    expect(refusals(parameters)).toEqual([refusal]);
  });

  describe('many', () => {
    it('gives all values in their order', () => {
      const parameters = of('?type=b&other=1&type=a&type=b');
      expect(parameters.many('type', 10)).toEqual(['b', 'a', 'b']);
      expect(parameters.many('absent', 10)).toEqual([]);
    });

    it.each([
      ['?a=1234', []],
      ['?a=12345', ['a must not be longer than 4']],
      ['?a=', ['a must not be empty']],
      ['?a', ['a must not be empty']],
      ['?a=x&a=', ['a must not be empty']],
      ['?a=%F0%9F%98%80%F0%9F%98%80%F0%9F%98%80%F0%9F%98%80', []], // four characters, eight UTF-16 units
    ])('measures %s', (search, expected) => {
      const parameters = of(search);
      parameters.many('a', 4);
      expect(refusals(parameters)).toEqual(expected);
    });
  });

  describe('one', () => {
    it('refuses a repeated parameter', () => {
      const parameters = of('?a=1&a=1');
      parameters.one('a', 10);
      expect(refusals(parameters)).toEqual(['a must not be given more than once']);
    });
  });

  describe('words', () => {
    it.each(['constructor', 'ACTIVE', 'active ', '__proto__'])('refuses %j, which is not listed', (word) => {
      const parameters = of(`?status=active&status=${encodeURIComponent(word)}`);
      expect(parameters.words('status', ['active', 'inactive'])).toEqual(['active']);
      expect(refusals(parameters)).toEqual(['status must be one of active, inactive']);
    });
  });

  describe('integer', () => {
    it.each([
      ['', 100],
      ['?n=1', 1],
      ['?n=1000', 1000],
      ['?n=007', 7],
    ])('reads %j as %d', (search, expected) => {
      const parameters = of(search);
      expect(parameters.integer('n', 1, 1000, 100)).toBe(expected);
      expect(refusals(parameters)).toEqual([]);
    });

    it.each(['0', '1001', '-1', '%2B1', '1.0', '1e2', '0x10', '٣', '%201', 'ten', '9'.repeat(16)])(
      'refuses %s',
      (value) => {
        const parameters = of(`?n=${value}`);
        parameters.integer('n', 1, 1000, 100);
        expect(refusals(parameters)).toEqual(['n must be a whole number from 1 to 1000']);
      },
    );
  });

  describe('keyed', () => {
    it('gives key and value of every parameter with the name, in either form', () => {
      const parameters = of(
        '?metadata.team=core&metadata.a.b=1&metadata.__proto__=x&metadata[zone]=z&metadata[c.d]=2&type=t',
      );
      parameters.many('type', 10);
      expect(parameters.keyed('metadata', 10)).toEqual([
        ['team', 'core'],
        ['a.b', '1'],
        ['__proto__', 'x'],
        ['zone', 'z'],
        ['c.d', '2'],
      ]);
      expect(refusals(parameters)).toEqual([]);
    });

    it.each([
      ['?metadata.=x', 'metadata. is not a parameter of this request'],
      ['?metadata=x', 'metadata is not a parameter of this request'],
      ['?metadata.a=1&metadata.a=2', 'metadata.a must not be given more than once'],
      ['?metadata.a=', 'metadata.a must not be empty'],
      ['?metadata[]=x', 'metadata[] is not a parameter of this request'],
      ['?metadata[a=x', 'metadata[a is not a parameter of this request'],
      ['?metadatum[a]=x', 'metadatum[a] is not a parameter of this request'],
      ['?metadata[a]=', 'metadata[a] must not be empty'],
      ['?metadata[a]=1&metadata[a]=2', 'metadata[a] must not be given more than once'],
      ['?metadata.a=1&metadata[a]=2', 'metadata[a] must not be given more than once'],
      ['?metadata[a][b]=1', 'metadata[a][b] must name one key; what is inside of an object is no filter'],
    ])('refuses %s', (search, refusal) => {
      const parameters = of(search);
      parameters.keyed('metadata', 10);
      expect(refusals(parameters)).toEqual([refusal]);
    });
  });

  it('gives back whatever was encoded, and refuses exactly what nobody has read', () => {
    const name = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, name), { selector: ([key]) => key }), name, (pairs, extra) => {
        const parameters = of(`?${new URLSearchParams([...pairs, [extra, 'x']]).toString()}`);
        const isRead = pairs.some(([key]) => key === extra);
        fc.pre(!isRead);
        for (const [key, value] of pairs) expect(parameters.many(key, 1000)).toEqual([value]);
        expect(refusals(parameters)).toEqual([`${extra} is not a parameter of this request`]);
      }),
    );
  });
});
