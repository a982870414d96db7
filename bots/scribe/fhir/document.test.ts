import { encodeBase64, MedplumClient } from '@medplum/core';
import { describe, expect, test } from '@jest/globals';
import type { Attachment, DocumentReference } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { binaryIdOf, draftKey, MAX_WORDS, transcriptOf, usable } from './document.ts';

const document = (attachment?: Attachment): DocumentReference & { id: string } => ({
  resourceType: 'DocumentReference',
  id: 'd',
  status: 'current',
  content: [{ attachment: attachment ?? {} }],
  subject: { reference: 'Patient/p' },
  context: { encounter: [{ reference: 'Encounter/e' }] },
});

/** A client of which a test sees every address that it asks for. */
function clientThat(answers: (url: string) => Response): { client: MedplumClient; asked: string[] } {
  const asked: string[] = [];
  const client = new MedplumClient({
    baseUrl: 'https://clinic.example/',
    fetch: async (url: string) => {
      asked.push(url);
      return answers(url);
    },
  });
  return { client, asked };
}
const offline = clientThat(() => {
  throw new Error('Nothing is to be fetched.');
}).client;

const inline = (data: string, contentType?: string) =>
  transcriptOf(offline, document({ data, ...(contentType && { contentType }) }));

describe('the text of a transcript', () => {
  test('is read from an inline attachment', async () => {
    expect(await inline(encodeBase64('[doctor] naïve ☕ 😀'), 'text/plain; charset=utf-8')).toEqual({
      text: '[doctor] naïve ☕ 😀',
    });
  });

  test('is refused by what is wrong with it', async () => {
    expect(await transcriptOf(offline, document())).toEqual({ unusable: 'no-attachment' });
    expect(await inline(encodeBase64('RIFF'), 'audio/wav')).toEqual({ unusable: 'audio' });
    expect(await inline(encodeBase64('PNG'), 'image/png')).toEqual({ unusable: 'not-text' });
    expect(await inline(encodeBase64(' \n\t '))).toEqual({ unusable: 'empty' });
    expect(await inline('')).toEqual({ unusable: 'empty' });
    expect(await inline('/////w==')).toEqual({ unusable: 'unreadable' });
    expect(await inline(encodeBase64('word '.repeat(MAX_WORDS)))).toHaveProperty('text');
    expect(await inline(encodeBase64('word '.repeat(MAX_WORDS + 1)))).toEqual({ unusable: 'too-long' });
    expect(await inline(encodeBase64('w'.repeat(2_000_000)))).toEqual({ unusable: 'too-long' });
  });

  test('is fetched from this server only, wherever the address points', async () => {
    const { client, asked } = clientThat(() => new Response('[doctor] hello'));
    const signed = 'https://evil.example/storage/b1/v1?Signature=x';
    expect(await transcriptOf(client, document({ url: 'Binary/b1' }))).toEqual({ text: '[doctor] hello' });
    expect(await transcriptOf(client, document({ url: signed }))).toEqual({ text: '[doctor] hello' });
    expect(asked).toEqual(Array(2).fill('https://clinic.example/fhir/R4/Binary/b1'));
    expect(await transcriptOf(client, document({ url: 'https://evil.example/text' }))).toEqual({
      unusable: 'unreadable',
    });
    expect(asked).toHaveLength(2);
  });

  test('is never the answer to a download that failed', async () => {
    const answering = (status: number) =>
      clientThat(() => new Response('{"resourceType":"OperationOutcome"}', { status }));
    const stored = document({ url: 'Binary/b1' });
    expect(await transcriptOf(answering(404).client, stored)).toEqual({ unusable: 'unreadable' });
    expect(await transcriptOf(answering(410).client, stored)).toEqual({ unusable: 'unreadable' });
    await expect(transcriptOf(answering(401).client, stored)).rejects.toThrow('401');
  });

  test('keeps its offsets where something is in it that no resource can hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const read = usable(`a${text}\u0000\ud800b`);
        expect('text' in read && read.text.length).toBe(text.length + 4);
      }),
    );
    expect(usable('a\u0000b\ud800c')).toEqual({ text: 'a b c' });
  });
});

describe('the address of a Binary', () => {
  test.each([
    ['Binary/b1', 'b1'],
    ['Binary/b1/_history/v1', 'b1'],
    ['https://clinic.example/fhir/R4/Binary/b1', 'b1'],
    ['https://storage.example/b1/v1?Expires=1&Signature=x', 'b1'],
    ['http://clinic.example/storage/b1/v1?Signature=x', 'b1'],
    ['https://elsewhere.example/text.txt', undefined],
    ['', undefined],
  ])('of %s', (url, id) => {
    expect(binaryIdOf(url)).toBe(id);
  });
});

describe('the key of a draft', () => {
  const original = document({ data: 'YQ==' });
  const key = draftKey(original);

  test('changes with the words, the patient and the encounter', () => {
    expect(draftKey(document({ data: 'Yg==' }))).not.toBe(key);
    expect(draftKey({ ...original, subject: { reference: 'Patient/q' } })).not.toBe(key);
    expect(draftKey({ ...original, context: { encounter: [{ reference: 'Encounter/f' }] } })).not.toBe(key);
    expect(draftKey({ ...original, id: 'other' })).not.toBe(key);
  });

  test('stays with every other change, such as the link to the draft or a new signed address', () => {
    const related = [{ reference: 'Composition/c' }];
    expect(draftKey({ ...original, docStatus: 'final', context: { ...original.context, related } })).toBe(key);
    expect(draftKey(document({ url: 'https://s.example/b/1?Signature=x' }))).toBe(
      draftKey(document({ url: 'https://s.example/b/1?Signature=y' })),
    );
  });
});
