import { operation } from '../runtime/definition.ts';
import { read } from '../runtime/load.ts';
import { refuse } from '../runtime/outcome.ts';
import { reference, text } from '../runtime/parameters.ts';
import { staff } from '../runtime/requester.ts';
import { moveJourney } from './follow.ts';
import { JOURNEY_ACCESS, JOURNEY_SECRETS } from './load.ts';
import { loadForOperation } from './operations.ts';
import { revoke } from './moves.ts';

export default operation({
  name: 'journeys/cancel-journey',
  description: 'Ends a journey before its time: the CarePlan becomes revoked, what is open of it is cancelled.',
  code: 'cancel-journey',
  resource: 'CarePlan',
  input: { journey: reference('CarePlan'), reason: text() },
  returns: 'CarePlan',
  access: JOURNEY_ACCESS,
  secrets: JOURNEY_SECRETS,
  who: staff('administrator', 'practitioner', 'nurse', 'front-desk', 'contact-centre'),
  run: async (run, { journey: plan, reason }) => {
    const loaded = await loadForOperation(run, await read(run.fhir, plan, 'journey'));
    return moveJourney(
      run,
      loaded,
      ({ journey }) => {
        const { carePlan } = journey;
        if (carePlan.status === 'revoked') {
          return journey;
        }
        if (carePlan.status === 'completed') {
          return refuse('business-rule', 'journey', 'This journey is complete; there is nothing left to cancel.');
        }
        const note = [...(carePlan.note ?? []), { time: run.now.toISOString(), text: reason }];
        return revoke({ ...journey, carePlan: { ...carePlan, note } }, { text: 'Cancelled by hand' }, run.now);
      },
      run.requester.reference,
    );
  },
});
