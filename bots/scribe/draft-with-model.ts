import { worker } from '../runtime/definition.ts';
import { reference } from '../runtime/parameters.ts';
import { draftDocument, DRAFTING_ACCESS } from './draft-document.ts';
import { chosenScribe } from './engine.ts';
import { endWork } from './give-up.ts';
import { CHOICE_SECRETS, WAITING_SECONDS } from './model/settings.ts';

export default worker({
  name: 'scribe/draft-with-model',
  description: 'Drafts from a transcript with the model that the project has chosen.',
  input: { document: reference('DocumentReference') },
  access: DRAFTING_ACCESS,
  secrets: CHOICE_SECRETS,
  timeout: WAITING_SECONDS,
  handle: async (run, { document }) => {
    const id = document.slice('DocumentReference/'.length);
    if ((await draftDocument(run, id, chosenScribe(run))) === 'ticketed') {
      await endWork(run, id);
    }
  },
});
