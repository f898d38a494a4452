import { IsString, Length, Matches } from 'class-validator';
import * as fc from 'fast-check';
import { integer, text } from './rules';
import { Field, isJsonObject, nested, rule, unknownFields, violationsOf } from './validate';

const UNKNOWN = 'is not a known property';
/** Names that every object inherits, and others that JavaScript gives a meaning. */
const TRAPS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'isPrototypeOf',
  '__defineGetter__',
  '__lookupGetter__',
  'then',
  'toJSON',
  'length',
];

const pairs = rule({ type: Object }, (value) =>
  Array.isArray(value) ? value.map((_, index) => ({ field: `[${index}]`, message: 'is wrong' })) : [],
);

class InnerDto {
  @Field(integer(1, 9))
  size?: number;

  @Field(text(1, 5), { required: true })
  label!: string;
}

class BaseDto {
  @Field(text(1, 5), { required: true })
  name!: string;
}

class OuterDto extends BaseDto {
  @Field(nested(InnerDto))
  inner?: InnerDto | null;

  @Field(pairs)
  list?: unknown;
}

class RequiredInnerDto {
  @Field(nested(InnerDto), { required: true })
  inner!: InnerDto;
}

const json = (document: string): unknown => JSON.parse(document);

describe('violationsOf', () => {
  it.each<[string, [field: string, message: string][]]>([
    ['{"name":"a"}', []],
    ['{"name":"a","inner":{"label":"x","size":9},"list":[]}', []],
    ['{"name":"a","inner":null,"list":null}', []],
    ['{}', [['name', 'is required']]],
    ['{"name":null}', [['name', 'is required']]],
    ['{"name":""}', [['name', 'must have 1 to 5 characters']]],
    ['{"name":"a","other":1}', [['other', UNKNOWN]]],
    ['{"name":"a","other":null}', [['other', UNKNOWN]]],
    ['{"name":"a","Name":"a"}', [['Name', UNKNOWN]]],
    ['{"name":"a","odd key":1}', [['["odd key"]', UNKNOWN]]],
    ['{"name":"a","":1}', [['[""]', UNKNOWN]]],
    ['{"name":"a","inner":{}}', [['inner.label', 'is required']]],
    ['{"name":"a","inner":[]}', [['inner', 'must be a JSON object']]],
    ['{"name":"a","inner":{"label":"x","odd":1}}', [['inner.odd', UNKNOWN]]],
    ['{"name":"a","inner":{"label":"x","odd key":1}}', [['inner["odd key"]', UNKNOWN]]],
    ['{"name":"a","inner":{"label":"x","size":0}}', [['inner.size', 'must be a whole number from 1 to 9']]],
    [
      '{"name":"a","list":[7,8]}',
      [
        ['list[0]', 'is wrong'],
        ['list[1]', 'is wrong'],
      ],
    ],
    ['null', [['', 'must be a JSON object']]],
    ['[]', [['', 'must be a JSON object']]],
    ['"text"', [['', 'must be a JSON object']]],
    ['0', [['', 'must be a JSON object']]],
  ])('finds in %s: %j', (document, expected) => {
    const violations = expected.map(([field, message]) => ({ field, message }));
    expect(violationsOf(OuterDto, json(document))).toEqual(violations);
  });

  it('says of no body at all that it must be an object', () => {
    expect(violationsOf(OuterDto, undefined)).toEqual([{ field: '', message: 'must be a JSON object' }]);
  });

  it('lists all violations of one value', () => {
    const violations = violationsOf(OuterDto, json('{"x":1,"y":1,"name":7,"inner":{"size":"1","z":1},"list":[1]}'));
    expect(violations.map(({ field }) => field).sort()).toEqual(
      ['x', 'y', 'name', 'inner.size', 'inner.label', 'inner.z', 'list[0]'].sort(),
    );
  });

  it.each(TRAPS)('refuses %s as an unknown property', (name) => {
    const value = json(`{"name":"a",${JSON.stringify(name)}:{"name":"b"}}`);
    expect(violationsOf(OuterDto, value)).toEqual([{ field: name, message: UNKNOWN }]);
  });

  it.each(TRAPS)('refuses %s as an unknown property further down', (name) => {
    const value = json(`{"name":"a","inner":{"label":"x",${JSON.stringify(name)}:1}}`);
    expect(violationsOf(OuterDto, value)).toEqual([{ field: `inner.${name}`, message: UNKNOWN }]);
  });

  it('takes no field from a prototype', () => {
    expect(violationsOf(BaseDto, Object.create({ name: 'a' }))).toEqual([{ field: 'name', message: 'is required' }]);
    expect(violationsOf(OuterDto, json('{"__proto__":{"name":"a"}}'))).toEqual([
      { field: '__proto__', message: UNKNOWN },
      { field: 'name', message: 'is required' },
    ]);
  });

  it('requires a nested object that is declared as required', () => {
    expect(violationsOf(RequiredInnerDto, {})).toEqual([{ field: 'inner', message: 'is required' }]);
  });

  it('refuses any other value than an object and never fails', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const violations = violationsOf(OuterDto, value);
        if (isJsonObject(value)) expect(violations.every(({ field }) => field !== '')).toBe(true);
        else expect(violations).toEqual([{ field: '', message: 'must be a JSON object' }]);
      }),
    );
  });

  it('never fails on any value of a declared field, and leaves it as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(...TRAPS), (value, trap) => {
        for (const field of [value, { [trap]: value }, [value]]) {
          const body = { name: field, inner: field, list: field };
          const before = JSON.stringify(body);
          violationsOf(OuterDto, body);
          expect(JSON.stringify(body)).toBe(before);
        }
      }),
    );
  });
});

describe('unknownFields', () => {
  it('knows the fields of the class and of those that it extends', () => {
    expect(unknownFields(OuterDto, { name: 1, inner: 1, list: 1 })).toEqual([]);
    expect(unknownFields(BaseDto, { name: 1, inner: 1 })).toEqual([{ field: 'inner', message: UNKNOWN }]);
  });
});

describe('isJsonObject', () => {
  it.each<[unknown, boolean]>([
    [{}, true],
    [Object.create(null), true],
    [[], false],
    [null, false],
    [undefined, false],
    ['', false],
    [1, false],
  ])('of %j is %s', (value, expected) => {
    expect(isJsonObject(value)).toBe(expected);
  });
});

describe('class-validator’s own decorators', () => {
  class PlainDto {
    @IsString()
    @Length(1, 5)
    word!: string;

    @Field(text(1, 5))
    @Matches(/^a/)
    both?: string;
  }

  it('are rules like ours', () => {
    expect(violationsOf(PlainDto, { word: 'word', both: 'a' })).toEqual([]);
    expect(violationsOf(PlainDto, { word: 'longer', both: '', more: 1 })).toEqual([
      { field: 'more', message: UNKNOWN },
      { field: 'word', message: 'must be shorter than or equal to 5 characters' },
      { field: 'both', message: 'must have 1 to 5 characters' },
      { field: 'both', message: 'must match /^a/ regular expression' },
    ]);
    expect(violationsOf(PlainDto, {})).toMatchObject([{ field: 'word' }, { field: 'word' }, { field: 'both' }]);
  });
});
