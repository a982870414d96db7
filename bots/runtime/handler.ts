import type { BotEvent, MedplumClient } from '@medplum/core';
import type { BotDefinition } from './definition.ts';
import { toOutcome } from './outcome.ts';

/** The function that a bundle exports as `handler`. */
export type Handler = (fhir: MedplumClient, event: BotEvent<unknown>) => Promise<unknown>;

/** Makes the handler of a bot: the border between the server and the definition. */
export function handlerOf(definition: BotDefinition): Handler {
  return async (fhir, event) => {
    try {
      return await definition.handle({ fhir, now: new Date(), secrets: secretsOf(event) }, event);
    } catch (thrown) {
      const outcome = toOutcome(thrown);
      if (outcome) {
        // Only a plain object crosses the border of the bot's context with its codes. Errors lose them.
        throw outcome;
      }
      throw thrown;
    }
  };
}

function secretsOf(event: BotEvent<unknown>): Record<string, string> {
  const set: Record<string, string> = {};
  for (const [name, setting] of Object.entries(event.secrets ?? {})) {
    if (setting.valueString) {
      set[name] = setting.valueString;
    }
  }
  return set;
}
