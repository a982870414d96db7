import type { CarePlan } from '@medplum/fhirtypes';
import { operation } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { optional, reference } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { BEGIN_ACCESS, beginForAppointment, beginForPatient, patientOf } from './begin.ts';
import { JOURNEY_SECRETS } from './load.ts';
import { usableDefinition } from './operations.ts';

export default operation({
  name: 'journeys/start-journey',
  description: 'Starts a journey for a patient, of an appointment or of none; one that runs already is the answer.',
  code: 'start-journey',
  resource: 'PlanDefinition',
  input: {
    definition: reference('PlanDefinition'),
    patient: reference('Patient'),
    appointment: optional(reference('Appointment')),
  },
  returns: 'CarePlan',
  access: BEGIN_ACCESS,
  secrets: JOURNEY_SECRETS,
  who: staff('administrator', 'practitioner', 'nurse', 'front-desk', 'contact-centre'),
  run: async (run, input): Promise<CarePlan> => {
    const { fhir, requester } = run;
    const source = await read(fhir, input.definition, 'definition');
    if (source.status !== 'active') {
      refuse('business-rule', 'definition', `A definition that is ${source.status} cannot be started.`);
    }
    const { definition } = await usableDefinition(run, source, 'definition');
    const patient = await read(fhir, input.patient, 'patient');
    if (!input.appointment) {
      return beginForPatient(run, definition, patient, requester.reference);
    }
    const appointment = await read(fhir, input.appointment, 'appointment');
    if (patientOf(appointment) !== input.patient) {
      refuse('value', 'appointment', 'The appointment must be one of the patient.');
    }
    const plan = await beginForAppointment(run, definition, appointment.id, false, requester.reference);
    return (
      plan ?? refuse('business-rule', 'appointment', `An appointment that is ${appointment.status} starts no journey.`)
    );
  },
});
