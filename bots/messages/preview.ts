import { createReference } from '@medplum/core';
import type { ActivityDefinition, Communication } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import type { Run } from '../runtime/definition.ts';
import { checkStructure } from '../runtime/draft.ts';
import { read } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { described, optional, reference, resource, text } from '../runtime/parameters.ts';
import type { Ref } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { loadDraft, MESSAGE_ACCESS, MESSAGE_SECRETS } from './load.ts';
import { compose, composeFor } from './compose.ts';
import { channelNamed, CHANNELS, mediumOf } from './template.ts';
import { templateProblems } from './template-problems.ts';

export default operation({
  name: 'messages/preview',
  description: 'Shows a message as a patient would get it. Nothing is stored or sent.',
  code: 'preview',
  resource: 'ActivityDefinition',
  input: {
    template: described(optional(reference('ActivityDefinition')), 'One that is stored.'),
    draft: described(optional(resource('ActivityDefinition')), 'Or one that is not: what would be saved.'),
    channel: described(
      optional(text(20)),
      `${CHANNELS.join(', ')}: what a message by it says, whether the patient is reached by it or not.`,
    ),
    patient: reference('Patient'),
    appointment: optional(reference('Appointment')),
  },
  returns: 'Communication',
  access: MESSAGE_ACCESS,
  secrets: MESSAGE_SECRETS,
  who: staff('administrator', 'practitioner', 'nurse', 'front-desk', 'contact-centre'),
  run: async (run, input): Promise<Communication> => {
    const [parameter, template] = await templateOf(run, input.template, input.draft);
    const patient = await read(run.fhir, input.patient, 'patient');
    const appointment = input.appointment && (await read(run.fhir, input.appointment, 'appointment'));
    const communication: Communication = {
      resourceType: 'Communication',
      status: 'preparation',
      ...(template.url && { instantiatesCanonical: [template.url] }),
      subject: createReference(patient),
      recipient: [createReference(patient)],
      ...(appointment && { about: [createReference(appointment)] }),
    };
    const { draft } = await loadDraft(run, communication);
    // What is previewed is the template that was named: it may be a draft that no canonical leads to yet.
    const composed = input.channel
      ? composeFor({ ...draft, template }, channelNamed(input.channel))
      : compose({ ...draft, template }, run.now);
    if ('reason' in composed) {
      const isTemplate = composed.reason === 'invalid-template' || composed.reason === 'no-content';
      return refuse(
        'business-rule',
        isTemplate ? parameter : 'patient',
        `${composed.reason}: ${composed.text ?? 'this patient cannot be reached.'}`,
      );
    }
    const { channel, subject, body } = composed;
    return {
      ...communication,
      medium: [mediumOf(channel)],
      payload: [{ contentString: body }],
      ...(subject && { topic: { text: subject } }),
    };
  },
});

/** @throws Refusal for neither or both of them, a draft that is no ActivityDefinition, or one with a mistake in any text. */
async function templateOf(
  run: Run,
  named: Ref<'ActivityDefinition'> | undefined,
  draft: ActivityDefinition | undefined,
): Promise<['template' | 'draft', ActivityDefinition]> {
  if (named && !draft) {
    return ['template', await read(run.fhir, named, 'template')];
  }
  if (!draft || named) {
    return refuse('required', 'template', 'Either template or draft is required.');
  }
  await checkStructure(run.fhir, draft, 'draft');
  const problems = templateProblems(draft);
  return problems.length > 0 ? refuse('value', 'draft', problems.join(' ')) : ['draft', draft];
}
