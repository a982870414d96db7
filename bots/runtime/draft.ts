import type { MedplumClient } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { refuse, toOutcome } from './outcome.ts';

/**
 * Has the server look at the structure of a resource that is not stored.
 * @throws Refusal `value` that names the parameter and says what is wrong.
 */
export async function checkStructure(fhir: MedplumClient, draft: Resource, parameter: string): Promise<void> {
  try {
    await fhir.validateResource(draft);
  } catch (thrown) {
    const issues = toOutcome(thrown)?.issue;
    if (!issues) {
      throw thrown;
    }
    const texts = issues.map(({ details, expression }) => [details?.text, ...(expression ?? [])].join(' ').trim());
    refuse('value', parameter, texts.join('; ') || 'This is no valid resource.');
  }
}
