import type { Run } from '../runtime/definition.ts';
import { callBot } from '../runtime/call.ts';
import { labelOf } from './fhir/identity.ts';
import type { ScribeIdentity } from './fhir/identity.ts';
import type { Making } from './fhir/making.ts';
import type { Failure, Reply } from './model/ask.ts';
import { ground } from './model/ground/ground.ts';
import { ASKING, chosenModel, usesSnomed } from './model/settings.ts';
import { instructionsIn } from './offline/instructions.ts';
import { OFFLINE } from './offline-scribe.ts';
import { draft } from './scribe.ts';
import { codedByServer } from './server-terminology.ts';
import type { Draft } from './types.ts';

/** A draft, and who made it. */
export interface Scribed {
  readonly draft: Draft;
  readonly by: ScribeIdentity;
  readonly making?: Making;
}

/** A scribe: from the text of a transcript to a draft. It always gives one, within its limits of time. */
export type ScribeEngine = (transcript: string) => Promise<Scribed>;

/** The rules, which need no network. */
export const offlineScribe: ScribeEngine = async (transcript) => ({
  draft: draft(transcript),
  by: OFFLINE,
  ...withRemarks({}, transcript),
});

const TO_MACHINES = 'What was said to machines and not to people was left out of this draft.';

/** How a draft was made, with the remark that the clinician should know of what was passed over. */
function withRemarks(making: Making, transcript: string): { making?: Making } {
  const remarks = [making.remark, instructionsIn(transcript).length > 0 ? TO_MACHINES : undefined].filter(Boolean);
  const made = { ...making, ...(remarks.length > 0 && { remark: remarks.join(' ') }) };
  return Object.keys(made).length > 0 ? { making: made } : {};
}

/** The scribe that the project's secrets choose. */
export function chosenScribe(run: Pick<Run, 'fhir' | 'secrets'>): ScribeEngine {
  const model = chosenModel(run.secrets);
  return withServerCodes(run, model ? modelScribe(run.fhir, model) : offlineScribe);
}

/** A scribe whose codes are those of the server's own code systems, where it has them in full. */
export function withServerCodes({ fhir, secrets }: Pick<Run, 'fhir' | 'secrets'>, scribe: ScribeEngine): ScribeEngine {
  return async (transcript) => {
    const scribed = await scribe(transcript);
    return { ...scribed, draft: await codedByServer(fhir, scribed.draft, usesSnomed(secrets)) };
  };
}

/**
 * About 75,000 tokens of English, with the question of the context window far away; what is longer the rules draft.
 */
const MOST_CHARACTERS = 300_000;

/** A model, checked against the transcript. Where it gives nothing that can be used, the rules step in and say so. */
function modelScribe(fhir: Run['fhir'], by: ScribeIdentity): ScribeEngine {
  return async (transcript) => {
    const reply =
      transcript.length > MOST_CHARACTERS ? ({ failure: 'too-long' } as const) : await ask(fhir, by, transcript);
    if ('failure' in reply) {
      return stepIn(transcript, by, reply.failure);
    }
    const { draft: grounded, dropped } = ground(reply.answer, transcript);
    return grounded.sections.some(({ sentences }) => sentences.length > 0)
      ? { draft: grounded, by, ...withRemarks({ dropped }, transcript) }
      : stepIn(transcript, by, 'ungrounded');
  };
}

async function ask(fhir: Run['fhir'], { provider = '' }: ScribeIdentity, transcript: string): Promise<Reply> {
  const worker = ASKING[provider];
  if (!worker) {
    return { failure: 'not-configured' };
  }
  try {
    return (await callBot(fhir, worker, { transcript })) as Reply;
  } catch {
    return { failure: 'unavailable' };
  }
}

const REASONS: Readonly<Record<Failure | 'ungrounded' | 'lost', string>> = {
  'not-configured': 'its settings are incomplete',
  'too-long': 'the transcript is too long for it',
  timeout: 'it did not answer in time',
  unavailable: 'its service was not available',
  rejected: 'its service refused the request',
  refused: 'it refused to answer',
  invalid: 'its answer could not be read',
  ungrounded: 'nothing in its answer was borne out by the transcript',
  lost: 'its run was lost',
};

/** The rules in the place of a model, with the reason on what they draft. */
export async function stepIn(
  transcript: string,
  model: ScribeIdentity,
  reason: keyof typeof REASONS,
): Promise<Scribed> {
  // A reason and a name of a model: nothing of a patient's.
  console.log(`scribe: ${labelOf(model, '/')}: ${reason}`);
  const remark = `The offline scribe drafted this in place of ${labelOf(model, ' ')}: ${REASONS[reason]}.`;
  return { ...(await offlineScribe(transcript)), ...withRemarks({ remark }, transcript) };
}
