import { describe, expect, test } from '@jest/globals';
import type { WithId } from '@medplum/core';
import type { Appointment, Communication } from '@medplum/fhirtypes';
import { TWILIO_SID } from './names.ts';
import { askedBy, readReply } from './replies.ts';
import { mediumOf } from './template.ts';
import type { Channel } from './template.ts';

const NOW = new Date('2030-03-04T12:00:00Z');

describe('A reply', () => {
  test.each([
    ['1', 'confirm'],
    [' 1. ', 'confirm'],
    ['1️⃣', 'confirm'],
    ['１', 'confirm'],
    ['Yes!', 'confirm'],
    ['Sí', 'confirm'],
    ['2', 'move'],
    ['"2"', 'move'],
    ['Cambiar', 'move'],
    ['12', undefined],
    ['1 or 2?', undefined],
    ['yes but later', undefined],
    ['no', undefined],
    ['', undefined],
  ])('%j is read as %s', (text, reply) => {
    expect(readReply(text)).toBe(reply);
  });

  const visit = (id: string, over: Partial<Appointment> = {}): WithId<Appointment> => ({
    resourceType: 'Appointment',
    id,
    status: 'booked',
    start: '2030-03-06T12:00:00Z',
    participant: [],
    ...over,
  });
  const told = (about: string | undefined, sent: string, channel: Channel = 'sms'): WithId<Communication> => ({
    resourceType: 'Communication',
    id: `about-${about}-${sent}`,
    status: 'completed',
    sent,
    medium: [mediumOf(channel)],
    identifier: [{ system: TWILIO_SID, value: `SM${about}` }],
    ...(about && { about: [{ reference: `Appointment/${about}` }] }),
  });
  const asked = (
    messages: WithId<Communication>[],
    appointments: WithId<Appointment>[],
    repliedTo?: string,
  ): string | undefined => askedBy(messages, appointments, 'sms', repliedTo, NOW)?.appointment.id;

  test('answers the last message, if that is about a visit to come', () => {
    const messages = [told('b', '2030-03-03T12:00:00Z'), told('a', '2030-03-01T12:00:00Z')];
    expect(asked(messages, [visit('a'), visit('b')])).toBe('b');
    expect(asked(messages, [visit('a'), visit('b', { status: 'cancelled' })])).toBeUndefined();
    expect(asked(messages, [visit('a'), visit('b', { start: '2030-03-04T11:00:00Z' })])).toBeUndefined();
    expect(asked([told(undefined, '2030-03-04T11:00:00Z'), ...messages], [visit('a'), visit('b')])).toBeUndefined();
    expect(asked([], [])).toBeUndefined();
  });

  test('by one channel answers what came by that channel', () => {
    const messages = [told('b', '2030-03-03T12:00:00Z', 'whatsapp'), told('a', '2030-03-01T12:00:00Z')];
    expect(asked(messages, [visit('a'), visit('b')])).toBe('a');
  });

  test('is about neither of two visits of which somebody heard on one day, unless it says which', () => {
    const messages = [told('b', '2030-03-03T12:00:00Z'), told('a', '2030-03-03T09:00:00Z')];
    expect(asked(messages, [visit('a'), visit('b')])).toBeUndefined();
    expect(asked(messages, [visit('a'), visit('b')], 'SMa')).toBe('a');
    expect(asked(messages, [visit('a', { status: 'cancelled' }), visit('b')])).toBe('b');
  });
});
