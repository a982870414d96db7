import type { ComponentType } from 'react';
import type { PageRoute } from './routes.ts';

/**
 * The code of every page, loaded when somebody goes there. It stands apart from the routes, because pages ask those
 * who has which page.
 */
export const PAGE_CODE: Readonly<Record<PageRoute['path'], () => Promise<{ readonly default: ComponentType }>>> = {
  '/today': () => import('./staff/today/today-page.tsx'),
  '/find': () => import('./staff/find/find-page.tsx'),
  '/visits': () => import('./portal/visits-page.tsx'),
  '/book': () => import('./portal/book-page.tsx'),
  '/inbox': () => import('./portal/inbox-page.tsx'),
  '/forms': () => import('./portal/forms-page.tsx'),
  '/forms/:taskId': () => import('./portal/form-page.tsx'),
  '/settings': () => import('./portal/settings-page.tsx'),
  '/patients': () => import('./staff/patients/patients-page.tsx'),
  '/patients/:id': () => import('./staff/patients/patient-page.tsx'),
  '/scribe': () => import('./staff/scribe/scribe-page.tsx'),
  '/scribe/:compositionId': () => import('./staff/scribe/review-page.tsx'),
  '/messages': () => import('./staff/messages/messages-page.tsx'),
  '/messages/templates': () => import('./staff/messages/templates-page.tsx'),
  '/health': () => import('./staff/health/health-page.tsx'),
  '/schedules': () => import('./staff/schedules/schedules-page.tsx'),
  '/schedules/:id': () => import('./staff/schedules/schedule-page.tsx'),
  '/journeys': () => import('./staff/journeys/journeys-page.tsx'),
  '/journeys/definitions': () => import('./staff/journeys/definitions-page.tsx'),
  '/journeys/definitions/:id': () => import('./staff/journeys/definition-page.tsx'),
  '/journeys/:id': () => import('./staff/journeys/journey-page.tsx'),
};
