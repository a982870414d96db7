import { getIdentifier } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { TICKET_SID } from '../../../bots/runtime/contract.ts';

/** What tickets are about, in the order in which they are shown. */
export const TICKET_KINDS = ['messages', 'appointments', 'schedules', 'journeys', 'notes', 'other'] as const;
export type TicketKind = (typeof TICKET_KINDS)[number];

/** By what the resource is that a ticket is about: the type of its focus. */
const BY_FOCUS: Readonly<Record<string, TicketKind>> = {
  Communication: 'messages',
  CommunicationRequest: 'messages',
  ActivityDefinition: 'messages',
  Appointment: 'appointments',
  Slot: 'appointments',
  Encounter: 'appointments',
  Schedule: 'schedules',
  HealthcareService: 'schedules',
  CarePlan: 'journeys',
  PlanDefinition: 'journeys',
  DocumentReference: 'notes',
  Composition: 'notes',
};

/** By what its key begins with, where it has no focus. */
const BY_KEY: readonly (readonly [string, TicketKind])[] = [
  ['message', 'messages'],
  ['appointment', 'appointments'],
  ['closing', 'appointments'],
  ['schedule', 'schedules'],
  ['journey', 'journeys'],
  ['scribe', 'notes'],
];

/** What a ticket is about. */
export function ticketKind(ticket: Task): TicketKind {
  const key = keyOf(ticket);
  const [type = ''] = (ticket.focus?.reference ?? '').split('/');
  return BY_FOCUS[type] ?? BY_KEY.find(([prefix]) => key.startsWith(prefix))?.[1] ?? 'other';
}

/** What each bot's tickets say, by the keys that it gives them: what the pages have a heading for, in every language. */
const SUBJECTS = [
  [/^conversation\//, 'conversation'],
  [/^message-unknown\//, 'messageUnknown'],
  [/^message-unreached\//, 'unreached'],
  [/^message-attachment\//, 'attachment'],
  [/^message-template\//, 'template'],
  [/^message-in\//, 'wish'],
  [/^appointment\/.*\/waitlist$/, 'waitlist'],
  [/^appointment\/.*\/outside-hours$/, 'outsideHours'],
  [/^overlap\//, 'overlap'],
  [/^closing\//, 'closing'],
  [/^schedule\/.*\/no-slots$/, 'noSlots'],
  [/^encounter-status\//, 'encounter'],
  [/^journey-definition\//, 'definition'],
  [/^scribe\//, 'scribe'],
] as const;
export type TicketSubject = (typeof SUBJECTS)[number][1];

/** What a ticket is for, in a few words; undefined for one that no bot of this layer raised. */
export function subjectOf(ticket: Task): TicketSubject | undefined {
  return SUBJECTS.find(([pattern]) => pattern.test(keyOf(ticket)))?.[1];
}

const keyOf = (ticket: Task): string => getIdentifier(ticket, TICKET_SID) ?? '';
