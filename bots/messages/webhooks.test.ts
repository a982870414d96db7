import { describe, expect, test } from '@jest/globals';
import type { BotEvent } from '@medplum/core';
import { webhook } from '../runtime/definition.ts';
import type { BotDefinition } from '../runtime/definition.ts';
import { refuse } from '../runtime/outcome.ts';
import inbound from './twilio-inbound.ts';
import status from './twilio-status.ts';

/** A server that must not be asked for anything. */
const run = { fhir: undefined as never, now: new Date('2030-03-04T12:00:00Z'), secrets: {} };
const event = (input: object, headers: Record<string, string> = {}): BotEvent<unknown> => ({
  bot: { reference: 'Bot/1' },
  contentType: 'application/x-www-form-urlencoded',
  input,
  headers,
  secrets: {},
});

describe('A webhook', () => {
  test.each<[string, BotDefinition, object, Record<string, string>]>([
    ['a report without a signature', status, { MessageSid: 'SM1', MessageStatus: 'sent' }, {}],
    ['a report about no message', status, { MessageStatus: 'sent' }, { 'X-Twilio-Signature': 'x' }],
    ['a message without a signature', inbound, { MessageSid: 'SM1', From: '+12025550142', Body: 'x' }, {}],
    ['no message at all', inbound, {}, { 'X-Twilio-Signature': 'x' }],
  ])('refuses %s before it looks anything up', async (_what, bot, form, headers) => {
    await expect(bot.handle(run, event(form, headers))).rejects.toMatchObject({ outcome: { id: 'forbidden' } });
  });

  test('whose quota is used up asks to be called again', async () => {
    const bot = webhook({
      name: 'messages/x',
      description: 'x',
      access: {},
      handle: async () => refuse('throttled', 'requester', 'The quota is used up.'),
    });
    await expect(bot.handle(run, event({}))).rejects.toMatchObject({ outcome: { id: 'server-timeout' } });
  });
});
