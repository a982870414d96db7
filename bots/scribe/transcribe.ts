import { worker } from '../runtime/definition.ts';
import { reference } from '../runtime/parameters.ts';
import { giveUp } from './give-up.ts';
import { ASKING_SECONDS, SPEECH_SECRETS } from './model/settings.ts';
import { transcribeDocument } from './transcribe-document.ts';

export default worker({
  name: 'scribe/transcribe',
  description: 'Transcribes a recording with the speech service that the project has set; the text is drafted from.',
  input: { document: reference('DocumentReference') },
  access: { Binary: 'read', Device: 'create', DocumentReference: 'write', Provenance: 'create', Task: 'create' },
  secrets: SPEECH_SECRETS,
  timeout: ASKING_SECONDS,
  handle: async (run, { document }) => {
    const id = document.slice('DocumentReference/'.length);
    const outcome = await transcribeDocument(run, id);
    if (outcome !== 'transcribed' && outcome !== 'unchanged') {
      await giveUp(run, id, outcome);
    }
  },
});
