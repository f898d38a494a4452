import type { IncomingHttpHeaders } from 'node:http';
import { idIn, pathPattern, plainBodyLength } from './plain-request';

describe('idIn', () => {
  const one = pathPattern('/agents/:id');
  const beat = pathPattern('/agents/:id/heartbeat');
  const batch = pathPattern('/agents/heartbeats');

  it.each([
    ['/agents/a', one, 'a'],
    ['/agents/Data_Processor:1.0-b', one, 'Data_Processor:1.0-b'],
    [`/agents/${'a'.repeat(255)}`, one, 'a'.repeat(255)],
    ['/agents/a/heartbeat', beat, 'a'],
    ['/agents/heartbeats', batch, ''],
  ])('%s fits', (url, pattern, id) => {
    expect(idIn(url, pattern)).toBe(id);
  });

  it.each([
    ['/agents/', one],
    ['/agents', one],
    ['/agents/a/', one],
    ['/agents/a/health', one],
    ['/agents/a?x=1', one],
    ['/agents/a%20b', one],
    ['/agents/.', one],
    ['/agents/..', one],
    ['/agents/.a', one],
    ['/agents/ä', one],
    [`/agents/${'a'.repeat(256)}`, one],
    ['/Agents/a', one],
    ['/agents//heartbeat', beat],
    ['/agents/a/b/heartbeat', beat],
    ['/agents/a/heartbeat/', beat],
    ['/agents/a/heartbeats', beat],
    ['/agents/heartbeats/', batch],
    ['/agents/heartbeats?', batch],
    ['*', one],
  ])('%s does not', (url, pattern) => {
    expect(idIn(url, pattern)).toBeUndefined();
  });
});

describe('plainBodyLength', () => {
  it.each<[string, IncomingHttpHeaders, number]>([
    ['nothing', {}, 0],
    ['an explicit length of 0', { 'content-length': '0' }, 0],
    ['nothing, of a type', { 'content-length': '0', 'content-type': 'text/plain' }, 0],
    ['JSON', { 'content-length': '10', 'content-type': 'application/json' }, 10],
    ['JSON in UTF-8', { 'content-length': '10', 'content-type': 'application/json; charset=utf-8' }, 10],
    ['as much as there may be', { 'content-length': '100', 'content-type': 'application/json' }, 100],
  ])('%s is plain', (_, headers, length) => {
    expect(plainBodyLength(headers, 100)).toBe(length);
  });

  it.each<[string, IncomingHttpHeaders]>([
    ['too much', { 'content-length': '101', 'content-type': 'application/json' }],
    ['no type', { 'content-length': '10' }],
    ['another type', { 'content-length': '10', 'content-type': 'text/plain' }],
    ['another charset', { 'content-length': '10', 'content-type': 'application/json; charset=latin1' }],
    ['chunks', { 'transfer-encoding': 'chunked', 'content-type': 'application/json' }],
    [
      'something compressed',
      { 'content-encoding': 'gzip', 'content-length': '10', 'content-type': 'application/json' },
    ],
    ['an expectation', { expect: '100-continue', 'content-length': '10', 'content-type': 'application/json' }],
    ['an upgrade', { upgrade: 'h2c' }],
    ['a page of a browser', { origin: 'https://example.com' }],
  ])('%s is not', (_, headers) => {
    expect(plainBodyLength(headers, 100)).toBeUndefined();
  });
});
