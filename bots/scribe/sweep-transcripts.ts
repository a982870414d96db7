import { cron } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { searchAll } from '../runtime/load.ts';
import { toOutcome } from '../runtime/outcome.ts';
import { isLinked } from './drafting.ts';
import { draftKey, TRANSCRIPT } from './fhir/document.ts';
import { CHOICE_SECRETS } from './model/settings.ts';
import { takeUp, TAKING_UP_ACCESS } from './take-up.ts';

/** A transcript is looked after for this long after its last change. */
const WINDOW_HOURS = 48;
/** Drafts of one run, so that it ends well before the next one; the rest is still there then. */
const MAX_DRAFTS = 50;

export default cron({
  name: 'scribe/sweep-transcripts',
  description: 'Drafts from the transcripts whose event, or whose run, was lost.',
  schedule: '*/10 * * * *',
  access: TAKING_UP_ACCESS,
  secrets: CHOICE_SECRETS,
  handle: sweep,
});

async function sweep(run: Run): Promise<void> {
  const since = new Date(run.now.getTime() - WINDOW_HOURS * 3_600_000);
  const documents = await searchAll(run.fhir, 'DocumentReference', {
    type: TRANSCRIPT,
    status: 'current',
    _lastUpdated: `ge${since.toISOString()}`,
    _sort: '_lastUpdated',
  });
  const undrafted = documents.filter((document) => !isLinked(document, draftKey(document)));
  let drafts = 0;
  for (const { id } of undrafted) {
    if (drafts === MAX_DRAFTS) {
      return;
    }
    try {
      drafts += ['drafted', 'started'].includes(await takeUp(run, id)) ? 1 : 0;
    } catch (thrown) {
      // One document must not keep the others waiting. It is tried again by the next run.
      console.log(`scribe/sweep-transcripts: DocumentReference/${id}: ${toOutcome(thrown)?.issue[0]?.code ?? 'error'}`);
    }
  }
}
