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
/** On a message that waits: not before when (`at`), and after how many attempts (`attempts`). */
export const MESSAGE_WAITS = extensionUrl('message-waits');
export const MESSAGE_TEMPLATE = extensionUrl('message-template');
/** Until when a message makes sense: an instant on a CommunicationRequest or a Communication. */
export const MESSAGE_EXPIRES = extensionUrl('message-expires');
export const MESSAGE_STATUS_REASON = codeSystem('message-status-reason');
export const MESSAGE_CATEGORY = codeSystem('message-category');
/** The category of what this layer sends by itself: chats and other programs' messages do not have it. */
export const OUTGOING = 'outgoing';
/** HL7's own: what a request that has no such element of its own is an instance of. */
export const INSTANTIATES_CANONICAL = 'http://hl7.org/fhir/StructureDefinition/workflow-instantiatesCanonical';
