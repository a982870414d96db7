import { subscriber } from '../runtime/definition.ts';
import { CHOICE_SECRETS } from './model/settings.ts';
import { takeUp, TAKING_UP_ACCESS } from './take-up.ts';

export default subscriber({
  name: 'scribe/draft',
  description: 'Drafts a note, problems, orders and measurements from a transcript, for a clinician to sign.',
  on: 'DocumentReference',
  access: TAKING_UP_ACCESS,
  secrets: CHOICE_SECRETS,
  handle: (run, document) => takeUp(run, document.id),
});
