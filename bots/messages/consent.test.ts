import { describe, expect, test } from '@jest/globals';
import type { Consent } from '@medplum/fhirtypes';
import { consentOf, consentWord, refusedChannels } from './consent.ts';
import type { Channel } from './template.ts';

const NOW = new Date('2030-03-04T12:00:00Z');
const own = (channel: Channel, type: 'deny' | 'permit'): Consent =>
  consentOf('Patient/p', channel, type, undefined, NOW);
/** About messages altogether. */
const general = (type: 'deny' | 'permit', over: Partial<Consent> = {}): Consent => ({
  ...own('sms', type),
  identifier: undefined,
  ...over,
});

describe('channels that a patient has opted out of', () => {
  test.each<[string, Consent[], string[]]>([
    ['none without a word', [], []],
    ['the one that they named', [own('sms', 'deny')], ['sms']],
    ['all where they named none', [general('deny')], ['sms', 'whatsapp', 'email']],
    [
      'all, too, if the clinic numbers its consents',
      [general('deny', { identifier: [{ system: 'https://example.org/consents', value: '17' }] })],
      ['sms', 'whatsapp', 'email'],
    ],
    ['all but the one to which they agreed by itself', [general('deny'), own('email', 'permit')], ['sms', 'whatsapp']],
    [
      'the one that they named, though they agree to messages',
      [general('permit'), own('whatsapp', 'deny')],
      ['whatsapp'],
    ],
    ['all where one of two says so', [general('permit'), general('deny')], ['sms', 'whatsapp', 'email']],
  ])('%s', (_what, consents, refused) => {
    expect(refusedChannels(consents)).toEqual(refused);
  });
});

test.each([
  ['STOP', 'deny'],
  [' unsubscribe! ', 'deny'],
  ['Start.', 'permit'],
  ['Stop by at noon', undefined],
  ['1', undefined],
])('%s as a word about messages: %s', (text, word) => {
  expect(consentWord(text)).toBe(word);
});
