import { createReference, getExtensionValue, getIdentifier } from '@medplum/core';
import type { Appointment, Communication, CommunicationRequest, Patient, Reference } from '@medplum/fhirtypes';
import type { WithId } from '@medplum/core';
import { INSTANTIATES_CANONICAL, MESSAGE_CATEGORY, MESSAGE_EXPIRES, MESSAGE_SID, OUTGOING } from './names.ts';

/** The category by which this layer finds again what it has to send. */
export const OUTGOING_CATEGORY = {
  coding: [{ system: MESSAGE_CATEGORY, code: OUTGOING, display: 'Outgoing message' }],
};

/** What a message that is to be sent at a time is made of. */
export interface MessageOrder {
  readonly identifier: { readonly system: string; readonly value: string };
  /** Canonical url of the template. */
  readonly template: string;
  readonly patient: Reference<Patient>;
  readonly appointment?: WithId<Appointment>;
  readonly basedOn: Reference[];
  readonly due: Date;
  /** After this it makes no sense any more. */
  readonly expires?: string;
}

/** The request for a message at a time. */
export function messageRequest(order: MessageOrder, now: Date): CommunicationRequest {
  const { identifier, template, patient, appointment, basedOn, due, expires } = order;
  return {
    resourceType: 'CommunicationRequest',
    extension: [
      { url: INSTANTIATES_CANONICAL, valueCanonical: template },
      ...(expires ? [{ url: MESSAGE_EXPIRES, valueInstant: expires }] : []),
    ],
    identifier: [{ ...identifier }],
    basedOn,
    status: 'active',
    category: [OUTGOING_CATEGORY],
    subject: patient,
    recipient: [patient],
    ...(appointment && { about: [createReference(appointment)] }),
    occurrenceDateTime: due.toISOString(),
    authoredOn: now.toISOString(),
  };
}

/** The request at another time, for which it may expire at another time. */
export function retimed(request: CommunicationRequest, due: Date, expires: string | undefined): CommunicationRequest {
  const others = (request.extension ?? []).filter(({ url }) => url !== MESSAGE_EXPIRES);
  return {
    ...request,
    extension: [...others, ...(expires ? [{ url: MESSAGE_EXPIRES, valueInstant: expires }] : [])],
    occurrenceDateTime: due.toISOString(),
  };
}

/**
 * The message that a request comes to, ready to be sent. One request at one time has one message: its business key.
 * @param request - Its medium may be left open: the sender takes the first channel on which the recipient is reached.
 * @param reference - To the request, whether it is stored or made in the same transaction.
 */
export function messageOf(request: CommunicationRequest, reference: Reference<CommunicationRequest>): Communication {
  const template = getExtensionValue(request, INSTANTIATES_CANONICAL);
  const expires = expiryOf(request);
  const order = request.identifier?.[0]?.value ?? request.id;
  return {
    resourceType: 'Communication',
    ...(expires && { extension: [{ url: MESSAGE_EXPIRES, valueInstant: expires }] }),
    identifier: [{ system: MESSAGE_SID, value: `${order}/${request.occurrenceDateTime}` }],
    ...(typeof template === 'string' && { instantiatesCanonical: [template] }),
    basedOn: [reference, ...(request.basedOn ?? [])],
    status: 'preparation',
    category: [OUTGOING_CATEGORY],
    ...(request.priority && { priority: request.priority }),
    ...(request.medium && { medium: request.medium }),
    ...(request.subject && { subject: request.subject }),
    ...(request.recipient && { recipient: request.recipient }),
    ...(request.about && { about: request.about }),
    ...(request.encounter && { encounter: request.encounter }),
    ...(request.payload && { payload: request.payload }),
  };
}

/** Until when a message makes sense, if it ever stops to. */
export function expiryOf(message: CommunicationRequest | Communication): string | undefined {
  const value = getExtensionValue(message, MESSAGE_EXPIRES);
  return typeof value === 'string' ? value : undefined;
}

/** Whether the time for which a message was meant has passed. */
export function isExpired(message: CommunicationRequest | Communication, now: Date): boolean {
  const expires = expiryOf(message);
  return expires !== undefined && new Date(expires) <= now;
}

/** The part of a business key that stands for a person who has a message sent again. */
export const SENT_AGAIN = 'again';

/** The message's own business key, if it has one. */
export const messageKey = (message: Communication): string | undefined => getIdentifier(message, MESSAGE_SID);
