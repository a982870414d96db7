import { describe, expect, test } from '@jest/globals';
import { isContent, MAX_MESSAGE_BYTES, parseBody, parseRequestBody } from './body.ts';

describe('a body', () => {
  test('is parsed by its content type', () => {
    expect(parseBody('application/fhir+json; charset=utf-8', '{"a":1}')).toEqual({ a: 1 });
    expect(parseBody('application/json', '"text"')).toBe('text');
    expect(parseBody('application/json', '')).toEqual({});
    expect(parseBody('application/x-www-form-urlencoded', 'Body=Hi+there&To=1&To=2')).toEqual({
      Body: 'Hi there',
      To: ['1', '2'],
    });
    expect(parseBody('text/plain', 'as it is')).toBe('as it is');
    expect(parseBody('image/png', 'bytes')).toEqual({});
  });

  test('that is malformed is refused', () => {
    expect(() => parseBody('application/json', '{"a":')).toThrow('Content could not be parsed');
  });

  test('that is nested too deep is refused before anybody walks it; brackets in strings do not count', () => {
    expect(() => parseBody('application/json', '['.repeat(100_000))).toThrow('nested deeper');
    expect(parseBody('application/json', JSON.stringify({ a: '[\\"'.repeat(500) }))).toEqual({ a: '[\\"'.repeat(500) });
  });

  test('may be 1 MB, unless it is the content of a Binary', () => {
    const content = new Uint8Array(MAX_MESSAGE_BYTES + 1);
    const request = { method: 'POST', contentType: 'text/plain', content };
    expect(() => parseRequestBody({ ...request, url: '/fhir/R4/Patient' })).toThrow('too large');
    expect(parseRequestBody({ ...request, url: '/fhir/R4/Binary?_filename=x' })).toBe(content);
    expect(isContent('POST', '/fhir/R4/BinaryX')).toBe(false);
  });
});
