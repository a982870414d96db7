import { startBot, STARTING_ACCESS } from '../runtime/call.ts';
import type { Access, Run } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { settle } from '../runtime/settle.ts';
import { unchanged, update } from '../runtime/writes.ts';
import type { Decision } from '../runtime/writes.ts';
import { draftDocument, DRAFTING_ACCESS } from './draft-document.ts';
import type { Outcome } from './drafting.ts';
import { chosenScribe, stepIn, withServerCodes } from './engine.ts';
import { draftKey } from './fhir/document.ts';
import { giveUp } from './give-up.ts';
import { isInHand, progressOf, withProgress } from './fhir/progress.ts';
import { chosenModel } from './model/settings.ts';
import type { WithId } from '@medplum/core';
import type { DocumentReference } from '@medplum/fhirtypes';

/** What a bot that takes documents up needs. */
export const TAKING_UP_ACCESS: Access = { ...DRAFTING_ACCESS, ...STARTING_ACCESS };

/** A run that is lost is started once more. If that one is lost too, something is wrong with what it does. */
const MOST_ATTEMPTS = 2;

/**
 * Sees to it that a document is drafted: by the rules here and now, by a model or after a transcription in a run of its
 * own, which is started and not waited for. The document says meanwhile that it is in hand, so that a second delivery
 * or the sweep does not start it again.
 */
export async function takeUp(run: Run, documentId: string): Promise<Outcome | 'started' | 'in-hand'> {
  const model = chosenModel(run.secrets);
  const outcome = await draftDocument(run, documentId, model ? undefined : chosenScribe(run));
  if (outcome !== 'audio' && !(outcome === 'wanted' && model)) {
    return outcome;
  }
  const claim = await settle<WithId<DocumentReference>, Claim>({
    fhir: run.fhir,
    load: () => read(run.fhir, `DocumentReference/${documentId}`, 'document'),
    decide: (document) => claimed(document, run.now),
  });
  if (claim === 'in-hand') {
    return claim;
  }
  if (claim === 'lost') {
    return model && outcome === 'wanted'
      ? draftDocument(
          run,
          documentId,
          withServerCodes(run, (text) => stepIn(text, model, 'lost')),
        )
      : giveUp(run, documentId, 'transcription-failed');
  }
  const worker = outcome === 'audio' ? 'scribe/transcribe' : 'scribe/draft-with-model';
  await startBot(run.fhir, worker, { document: `DocumentReference/${documentId}` });
  return 'started';
}

type Claim = 'claimed' | 'in-hand' | 'lost';

/** The update that says who is at it is also what two runs race for. */
function claimed(document: WithId<DocumentReference>, now: Date): Decision<Claim> {
  const key = draftKey(document);
  const progress = progressOf(document, key);
  if (progress && isInHand(progress, now)) {
    return unchanged('in-hand');
  }
  const attempts = (progress?.attempts ?? 0) + 1;
  if (attempts > MOST_ATTEMPTS) {
    return unchanged('lost');
  }
  const working = withProgress(document, { key, state: 'working', since: now, attempts });
  return { writes: [update(working)], result: 'claimed' };
}
