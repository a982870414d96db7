import { describe, expect, test } from '@jest/globals';
import type { ActivityDefinition } from '@medplum/fhirtypes';
import { MESSAGE_TEMPLATE } from '../../bots/messages/names.ts';
import { ticketKind } from '../../web/src/fhir/ticket-kinds.ts';
import { mergedTexts, textsOf, withTexts } from '../../web/src/staff/messages/template-form.ts';

const template: ActivityDefinition = {
  resourceType: 'ActivityDefinition',
  status: 'active',
  extension: [
    { url: 'https://example.org/other', valueBoolean: true },
    {
      url: MESSAGE_TEMPLATE,
      extension: [
        { url: 'channel', valueCode: 'whatsapp' },
        { url: 'language', valueCode: 'en' },
        { url: 'body', valueString: 'Hello {{ patient.given }}' },
        { url: 'providerTemplate', valueString: 'HX1' },
      ],
    },
  ],
};

describe('the texts of a template', () => {
  test('saved as they were opened change nothing', () => {
    expect(withTexts(template, textsOf(template))).toEqual(template);
  });

  test('an edited one keeps what the form does not show; a new one comes after it', () => {
    const [first] = textsOf(template);
    const added = { channel: 'email', language: 'es', subject: 'Hola', body: 'Hola' } as const;
    const edited = withTexts(template, [...(first ? [{ ...first, body: 'Hi' }] : []), added]);
    expect(textsOf(edited).map(({ body }) => body)).toEqual(['Hi', 'Hola']);
    expect(edited.extension?.[0]).toEqual(template.extension?.[0]);
    expect(edited.extension?.[1]?.extension).toContainEqual({ url: 'providerTemplate', valueString: 'HX1' });
  });
});

test('of two that edited at once, each keeps what the other did not touch', () => {
  const text = (language: string, body: string) => ({ channel: 'sms', language, subject: '', body }) as const;
  const base = [text('en', 'a'), text('es', 'b'), text('de', 'c')];
  const mine = [text('en', 'mine'), text('es', 'b')];
  const theirs = [text('en', 'theirs'), text('es', 'theirs'), text('de', 'c'), text('fr', 'new')];
  expect(mergedTexts(mine, base, theirs)).toEqual([text('en', 'mine'), text('es', 'theirs'), text('fr', 'new')]);
});

test.each([
  [{ focus: { reference: 'Communication/1' } }, 'messages'],
  [{ focus: { reference: 'Schedule/1' } }, 'schedules'],
  [{ identifier: [{ system: 'https://careline.dev/fhir/sid/ticket', value: 'scribe/1' }] }, 'notes'],
  [{}, 'other'],
] as const)('a ticket with %j is about %s', (over, kind) => {
  const focus = 'focus' in over ? { focus: over.focus } : {};
  const identifier = 'identifier' in over ? { identifier: [...over.identifier] } : {};
  expect(ticketKind({ resourceType: 'Task', status: 'requested', intent: 'order', ...focus, ...identifier })).toBe(
    kind,
  );
});
