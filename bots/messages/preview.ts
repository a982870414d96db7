import { createReference } from '@medplum/core';
import type { Communication } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { optional, reference } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { loadDraft, MESSAGE_ACCESS, MESSAGE_SECRETS } from './load.ts';
import { compose } from './compose.ts';
import { mediumOf } from './template.ts';

export default operation({
  name: 'messages/preview',
  description: 'Shows a message as a patient would get it. Nothing is stored or sent.',
  code: 'preview',
  resource: 'ActivityDefinition',
  input: {
    template: reference('ActivityDefinition'),
    patient: reference('Patient'),
    appointment: optional(reference('Appointment')),
  },
  returns: 'Communication',
  access: MESSAGE_ACCESS,
  secrets: MESSAGE_SECRETS,
  who: staff('administrator', 'practitioner', 'nurse', 'front-desk', 'contact-centre'),
  run: async (run, input): Promise<Communication> => {
    const template = await read(run.fhir, input.template, 'template');
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
    const composed = compose({ ...draft, template }, run.now);
    if ('reason' in composed) {
      const isTemplate = composed.reason === 'invalid-template' || composed.reason === 'no-content';
      return refuse(
        'business-rule',
        isTemplate ? 'template' : 'patient',
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
