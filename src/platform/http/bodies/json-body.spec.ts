import * as fc from 'fast-check';
import { DomainError } from '../../validation/domain-error';
import { parseJson, requireJsonType } from './json-body';

const refusedAs = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('parseJson', () => {
  it.each<[string, unknown]>([
    ['{"a":[1,"x",null,true]}', { a: [1, 'x', null, true] }],
    [' \n"text"\t', 'text'],
    ['0', 0],
    ['null', null],
    [String.raw`"\ud83d\ude00"`, '😀'],
    ['\ufeff{}', {}],
    ['{"a":1,"a":2}', { a: 2 }],
  ])('reads %j', (text, expected) => {
    expect(parseJson(Buffer.from(text))).toEqual(expected);
  });

  it('keeps __proto__ as a property like any other', () => {
    const value = parseJson(Buffer.from('{"__proto__":{"polluted":true}}')) as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it.each([
    ['nothing', ''],
    ['white space only', ' \r\n'],
    ['a trailing comma', '{"a":1,}'],
    ['single quotes', "{'a':1}"],
    ['a comment', '{} // x'],
    ['two values', '{}{}'],
    ['NaN', 'NaN'],
    ['a raw control character in a string', '"a\nb"'],
    ['ten thousand levels that never end', '['.repeat(10_000)],
  ])('refuses %s as malformed', (_, text) => {
    expect(() => parseJson(Buffer.from(text))).toThrow(refusedAs('malformed_json'));
  });

  it.each([
    ['a byte that UTF-8 does not have', [0x22, 0xff, 0x22]],
    ['a character that is cut off', [0x22, 0xe2, 0x82, 0x22]],
    ['an overlong NUL', [0x22, 0xc0, 0x80, 0x22]],
    ['a surrogate in UTF-8', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('refuses %s as malformed and says that it is the encoding', (_, bytes) => {
    const refusal = { code: 'malformed_json', message: 'The body is not valid JSON: it is not UTF-8' };
    expect(() => parseJson(Uint8Array.from(bytes))).toThrow(expect.objectContaining(refusal));
  });

  it('gives back what JSON.stringify was given', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value); // which has no -0
        expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses all other bytes as invalid and never fails otherwise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          parseJson(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DomainError);
          expect(error).toMatchObject({ kind: 'invalid' });
        }
      }),
    );
  });
});

describe('requireJsonType', () => {
  it.each([
    ['POST', 'application/json'],
    ['POST', 'Application/JSON'],
    ['POST', 'application/json; charset=utf-8'],
    ['POST', 'application/json;charset=UTF8'],
    ['POST', 'application/json; charset="utf-8"'],
    ['POST', 'application/json; version=1; charset=utf-8'],
    ['PATCH', 'application/json'],
    ['PATCH', 'application/merge-patch+json'],
    ['PATCH', 'application/merge-patch+json; charset=utf-8'],
  ])('lets %s with %s pass', (method, type) => {
    expect(() => requireJsonType(type, method)).not.toThrow();
  });

  it.each([
    ['POST', undefined],
    ['POST', ''],
    ['POST', ';'],
    ['POST', 'text/json'],
    ['POST', 'text/plain'],
    ['POST', 'application/jsonp'],
    ['POST', 'application/problem+json'],
    ['POST', 'application/x-www-form-urlencoded'],
    ['POST', 'application/json, text/plain'],
    ['POST', 'application/json; charset=utf-16'],
    ['POST', 'application/json; charset=latin1'],
    ['POST', 'application/json; charset='],
    ['POST', 'application/merge-patch+json'],
    ['PUT', 'application/merge-patch+json'],
    ['PATCH', 'application/json-patch+json'],
    ['PATCH', 'application/merge-patch+json; charset=iso-8859-1'],
  ])('refuses %s with %s', (method, type) => {
    expect(() => requireJsonType(type, method)).toThrow(refusedAs('unsupported_media_type'));
  });

  it.each([
    ['POST', 'application/json'],
    ['PATCH', 'application/merge-patch+json, application/json'],
  ])('says which types %s takes', (method, accept) => {
    expect(() => requireJsonType('text/plain', method)).toThrow(expect.objectContaining({ headers: { accept } }));
  });
});
