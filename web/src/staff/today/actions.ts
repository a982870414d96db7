import type { Role } from '../../../../bots/runtime/contract.ts';
import type { Entry } from './entries.ts';

/** What somebody can do with an entry, in the order in which it is offered. */
export const ACTIONS = [
  'book',
  'confirm',
  'checkIn',
  'start',
  'finish',
  'complete',
  'move',
  'undoCheckIn',
  'noShow',
  'leftUnseen',
  'cancel',
  'release',
  'overbook',
  'block',
  'unblock',
] as const;
export type Action = (typeof ACTIONS)[number];

const EVERYBODY: readonly Role[] = ['administrator', 'practitioner', 'nurse', 'front-desk', 'contact-centre'];
const AT_THE_CLINIC: readonly Role[] = ['administrator', 'practitioner', 'nurse', 'front-desk'];
const CLINICIANS: readonly Role[] = ['administrator', 'practitioner', 'nurse'];

/** Who may do what, as the operations have it. The server decides; this is what is offered. */
const WHO: Readonly<Record<Action, readonly Role[]>> = {
  book: EVERYBODY,
  confirm: EVERYBODY,
  move: EVERYBODY,
  cancel: EVERYBODY,
  release: EVERYBODY,
  checkIn: AT_THE_CLINIC,
  undoCheckIn: AT_THE_CLINIC,
  noShow: AT_THE_CLINIC,
  leftUnseen: AT_THE_CLINIC,
  complete: AT_THE_CLINIC,
  start: CLINICIANS,
  // Only who may write Encounters ends one.
  finish: ['practitioner'],
  block: ['administrator', 'practitioner', 'front-desk'],
  unblock: ['administrator', 'practitioner', 'front-desk'],
  overbook: ['administrator', 'practitioner', 'front-desk'],
};

const mayDo = (action: Action, roles: readonly Role[]): boolean => roles.some((role) => WHO[action].includes(role));

/** What somebody with these roles can do with an entry, the likeliest first. */
export function actionsFor(entry: Entry, roles: readonly Role[], now: Date): Action[] {
  return possible(entry, roles, now).filter((action) => mayDo(action, roles));
}

function possible(entry: Entry, roles: readonly Role[], now: Date): readonly Action[] {
  const overbook: readonly Action[] = entry.slot && entry.start > now ? ['overbook'] : [];
  // Nobody is missed before their time.
  const missed: readonly Action[] = entry.start > now ? [] : ['noShow'];
  switch (entry.state) {
    case 'free':
      return entry.start > now ? ['book', 'block'] : [];
    case 'unused':
      return entry.end > now ? ['block'] : [];
    case 'held':
      return ['confirm', 'release', ...overbook];
    case 'booked':
      return ['checkIn', 'start', 'move', ...missed, 'cancel', ...overbook];
    case 'arrived':
      return ['start', 'complete', 'undoCheckIn', 'leftUnseen', ...overbook];
    case 'inProgress':
      // The visit's end makes the appointment done; whoever may not end it says that it is over.
      return [mayDo('finish', roles) && entry.encounter ? 'finish' : 'complete', ...overbook];
    case 'noshow':
      return ['checkIn', ...overbook];
    case 'blocked':
      return ['unblock'];
    case 'shut':
      return overbook;
    default:
      return [];
  }
}
