import { subscriber } from '../runtime/definition.ts';
import { draftDocument, DRAFTING_ACCESS } from './draft-document.ts';

export default subscriber({
  name: 'scribe/draft',
  description: 'Drafts a note, problems, orders and measurements from a transcript, for a clinician to sign.',
  on: 'DocumentReference',
  access: DRAFTING_ACCESS,
  handle: (run, document) => draftDocument(run, document.id),
});
