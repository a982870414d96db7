/** The names that clients rely on (`docs/fhir-contract.md`), in one place. */
export const BASE = 'https://careline.dev/fhir';

/** The url of one of this layer's extensions. */
export const extensionUrl = (name: string): string => `${BASE}/StructureDefinition/${name}`;
/** The url of one of this layer's code systems. */
export const codeSystem = (name: string): string => `${BASE}/CodeSystem/${name}`;
/** The system of one of this layer's identifiers. */
export const sid = (name: string): string => `${BASE}/sid/${name}`;

/** Roles of staff: the code of an active PractitionerRole. */
export const ROLES = ['administrator', 'practitioner', 'nurse', 'front-desk', 'contact-centre'] as const;
export type Role = (typeof ROLES)[number];

export const REQUESTED_BY = extensionUrl('requested-by');
export const TASK_CODE = codeSystem('task-code');
/** A Bot's category: roles may run those of the kind `operation`, which look at who asks, and no others. */
export const BOT_KIND = codeSystem('bot-kind');
/** On a Bot that the outside world calls: the id of its membership, which its address is made of. */
export const WEBHOOK_SID = sid('webhook');
export const TICKET_SID = sid('ticket');
