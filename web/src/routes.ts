import type { Role } from '../../bots/runtime/contract.ts';
import type { english } from './i18n/en/index.ts';
import type { Who } from './session/who.ts';

/** A page, and who has it. The server decides what anybody may see; this is what they are shown. */
interface Page {
  /** As React Router writes it: `/patients/:id`. */
  readonly path: string;
  /** Its name in the menu, where it has one. */
  readonly nav?: keyof typeof english.common.nav;
  readonly for: 'patient' | readonly Role[];
}

const EVERYBODY = ['administrator', 'practitioner', 'nurse', 'front-desk', 'contact-centre'] as const satisfies Role[];

/** Who works off what needs a person. */
const DESK = ['administrator', 'front-desk', 'contact-centre'] as const satisfies Role[];

/** All pages, in the order of the menu; the first that somebody has is where they begin. */
const ROUTES = [
  { path: '/today', nav: 'today', for: EVERYBODY },
  { path: '/find', nav: 'find', for: EVERYBODY },
  { path: '/visits', nav: 'visits', for: 'patient' },
  { path: '/book', nav: 'book', for: 'patient' },
  { path: '/inbox', nav: 'inbox', for: 'patient' },
  { path: '/forms', nav: 'forms', for: 'patient' },
  { path: '/forms/:taskId', for: 'patient' },
  { path: '/settings', nav: 'settings', for: 'patient' },
  { path: '/patients', nav: 'patients', for: EVERYBODY },
  { path: '/patients/:id', for: EVERYBODY },
  { path: '/scribe', nav: 'scribe', for: ['practitioner'] },
  { path: '/scribe/:compositionId', for: ['practitioner'] },
  { path: '/messages', nav: 'messages', for: EVERYBODY },
  { path: '/messages/templates', for: EVERYBODY },
  { path: '/health', nav: 'health', for: DESK },
  { path: '/schedules', nav: 'schedules', for: EVERYBODY },
  { path: '/schedules/:id', for: EVERYBODY },
  { path: '/journeys', nav: 'journeys', for: EVERYBODY },
  { path: '/journeys/definitions', for: EVERYBODY },
  { path: '/journeys/definitions/:id', for: EVERYBODY },
  { path: '/journeys/:id', for: EVERYBODY },
] as const satisfies readonly Page[];

/** A page as the routes have it, under a path that has code (`page-code.ts`). */
export type PageRoute = Page & { readonly path: (typeof ROUTES)[number]['path'] };

/** The pages that somebody has. */
export function pagesFor(who: Who): PageRoute[] {
  return ROUTES.filter((page: Page) =>
    page.for === 'patient' ? who.kind === 'patient' : page.for.some((role) => who.roles.includes(role)),
  );
}
