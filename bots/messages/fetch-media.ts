import type { WithId } from '@medplum/core';
import type { Attachment, Communication } from '@medplum/fhirtypes';
import { worker } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { reference } from '../runtime/parameters.ts';
import { settle } from '../runtime/settle.ts';
import { decideMedium, fetchMedium, isOutside, isTooOld, storedAs } from './media.ts';

export default worker({
  name: 'messages/fetch-media',
  description: 'Fetches what came along with a message from the provider, and keeps it.',
  input: { message: reference('Communication') },
  access: { Binary: 'delete', Communication: 'write', Task: 'create' },
  secrets: ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_API_BASE'],
  timeout: 120,
  handle: async (run, input) => {
    const message = await read(run.fhir, input.message, 'message');
    for (const { contentAttachment } of message.payload ?? []) {
      if (isOutside(contentAttachment)) {
        await fetchOne(run, message, contentAttachment);
      }
    }
  },
});

/** One that the provider does not hand over now stays as it is: the sweep starts this again. */
async function fetchOne(
  run: Run,
  message: WithId<Communication>,
  attachment: Attachment & { readonly url: string },
): Promise<void> {
  const { fhir, secrets, now } = run;
  const replace = (file: Attachment | { readonly refused: string }): Promise<boolean> =>
    settle({
      fhir,
      load: () => fhir.readResource('Communication', message.id),
      decide: (current) => decideMedium(current, attachment.url, file, now),
    });
  const fetched = await fetchMedium(secrets, attachment);
  if (fetched.outcome === 'refused') {
    await replace({ refused: fetched.reason });
  } else if (fetched.outcome === 'fetched') {
    const { bytes, contentType } = fetched;
    // Whoever may read the message may read what came with it.
    const { id } = await fhir.createBinary({
      data: bytes,
      contentType,
      securityContext: { reference: `Communication/${message.id}` },
    });
    if (!(await replace(storedAs(id ?? '', contentType, bytes)))) {
      await fhir.deleteResource('Binary', id ?? '');
    }
  } else if (isTooOld(message, now)) {
    await replace({ refused: 'the provider did not hand it over' });
  }
}
