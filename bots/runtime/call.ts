import type { MedplumClient } from '@medplum/core';
import { sid } from './contract.ts';
import type { Access } from './definition.ts';

/** What a bot needs that calls others, beside what its own work needs. */
export const CALLING_ACCESS: Access = { Bot: 'read' };
/** And one that starts others without waiting for them: the server notes each such run down as an AsyncJob. */
export const STARTING_ACCESS: Access = { ...CALLING_ACCESS, AsyncJob: 'create' };

const urlOf = (name: string): string =>
  `fhir/R4/Bot/$execute?identifier=${encodeURIComponent(`${sid('bot')}|${name}`)}`;

/**
 * Calls a worker and waits for its answer.
 * @param name - The name of its definition, such as `scribe/ask-openai`.
 * @throws OperationOutcomeError of the worker's failure.
 */
export const callBot = (fhir: MedplumClient, name: string, input: object): Promise<unknown> =>
  fhir.post(urlOf(name), input, 'application/json');

/**
 * Starts a worker and returns at once: for what must not be waited for, such as in a Subscription's run, of which a
 * server has only so many at a time. Nobody is told if it fails, so something else has to find what it left undone.
 */
export async function startBot(fhir: MedplumClient, name: string, input: object): Promise<void> {
  await fhir.post(urlOf(name), input, 'application/json', { headers: { Prefer: 'respond-async' } });
}
