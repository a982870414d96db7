import book from './book.json' with { type: 'json' };
import booking from './booking.json' with { type: 'json' };
import common from './common.json' with { type: 'json' };
import definitions from './definitions.json' with { type: 'json' };
import find from './find.json' with { type: 'json' };
import forms from './forms.json' with { type: 'json' };
import health from './health.json' with { type: 'json' };
import inbox from './inbox.json' with { type: 'json' };
import journeys from './journeys.json' with { type: 'json' };
import messages from './messages.json' with { type: 'json' };
import patient from './patient.json' with { type: 'json' };
import patients from './patients.json' with { type: 'json' };
import schedules from './schedules.json' with { type: 'json' };
import scribe from './scribe.json' with { type: 'json' };
import session from './session.json' with { type: 'json' };
import settings from './settings.json' with { type: 'json' };
import today from './today.json' with { type: 'json' };
import visits from './visits.json' with { type: 'json' };

/** All English texts, a namespace for each part of the pages. */
export const english = {
  book,
  booking,
  common,
  definitions,
  find,
  forms,
  health,
  inbox,
  journeys,
  messages,
  patient,
  patients,
  schedules,
  scribe,
  session,
  settings,
  today,
  visits,
} as const;
