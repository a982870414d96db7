import { codeSystem, extensionUrl, sid } from '../runtime/contract.ts';

/** The names that messages are written with. */
export const MESSAGE_SID = sid('message');
export const OUTBOX_SID = sid('outbox');
/** The provider's identifier of a message. */
export const TWILIO_SID = 'https://www.twilio.com/docs/messaging/sid';
/** The thread of a patient, or of a sender nobody knows. */
export const THREAD_SID = sid('thread');
/** A patient's word on messages by one channel. */
export const MESSAGE_CONSENT_SID = sid('message-consent');
export const CONSENT_CATEGORY = codeSystem('consent-category');
export const MAIL_SID = sid('mail');
/** On a message that waits: not before when (`at`), why (`reason`), and after how many attempts (`attempts`). */
export const MESSAGE_WAITS = extensionUrl('message-waits');
/** The tag by which a message that waits is found again: the hour, UTC, in which its time comes. */
export const WAITS_UNTIL = codeSystem('message-waits-until');
/** On a message whose channel was left open: the channels that are tried next, in order, if this one fails. */
export const MESSAGE_FALLBACK = extensionUrl('message-fallback');
/** On a message that is sent because another one did not arrive, or again by a person: that one. */
export const MESSAGE_INSTEAD_OF = extensionUrl('message-instead-of');
/** On a text that was filled in from a template. */
export const MESSAGE_RENDERED = extensionUrl('message-rendered');
/** On a template: its messages confirm what the patient just did, and are not held back by quiet hours. */
export const MESSAGE_AT_ANY_HOUR = extensionUrl('message-at-any-hour');
export const MESSAGE_TEMPLATE = extensionUrl('message-template');
/** Until when a message makes sense: an instant on a CommunicationRequest or a Communication. */
export const MESSAGE_EXPIRES = extensionUrl('message-expires');
export const MESSAGE_STATUS_REASON = codeSystem('message-status-reason');
export const MESSAGE_CATEGORY = codeSystem('message-category');
/** The category of what this layer sends by itself: chats and other programs' messages do not have it. */
export const OUTGOING = 'outgoing';
/** The category of what came in. */
export const INCOMING = 'incoming';
/** The category of a thread of which nobody has said yet whose it is. */
export const UNKNOWN_SENDER = 'unknown-sender';
/** HL7's own: what a request that has no such element of its own is an instance of. */
export const INSTANTIATES_CANONICAL = 'http://hl7.org/fhir/StructureDefinition/workflow-instantiatesCanonical';

/** The key of the one open ticket about a template, by its canonical url. */
export const templateTicket = (url: string): string => `message-template/${url.split('|')[0]?.replace(/^\w+:\/*/, '')}`;

/** The key of the ticket about a message of which nobody knows whether it has left. */
export const unknownTicket = (id: string): string => `message-unknown/${id}`;
