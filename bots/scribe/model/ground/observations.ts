import { MEASURES, LOINC } from '../../offline/terminology.ts';
import { codeFor } from '../../offline/vitals.ts';
import type { DraftObservation, Quantity } from '../../types.ts';
import type { Dropped } from '../dropped.ts';
import type { ModelObservation } from '../schema.ts';
import { confidence } from './confidence.ts';
import { wordsOf } from './spoken.ts';
import { numbersSaid } from './transcript.ts';
import type { Said } from './transcript.ts';

const PRESSURE = 'mm[Hg]';
/** Warmer than any patient in Celsius, colder than any in Fahrenheit. */
const LOWEST_FAHRENHEIT = 60;

/** The measurements that the terminology knows and whose numbers were said where the model says so. */
export function observations(found: readonly ModelObservation[], said: Said, dropped: Dropped): DraftObservation[] {
  const kept = new Map<string, DraftObservation>();
  for (const observation of found) {
    const grounded = ground(observation, said);
    if (grounded?.code) {
      // The last one said corrects those before it.
      kept.set(grounded.code.code, grounded);
    } else {
      dropped.observations++;
    }
  }
  return [...kept.values()];
}

function ground({ category, name, value, second, quotes }: ModelObservation, said: Said): DraftObservation | undefined {
  const passage = said.passage(quotes);
  const measure = MEASURES.find(wordsOf(name))[0]?.value;
  if (!passage || !measure || !said.measures(measure.code)) {
    return undefined;
  }
  const numbers = numbersSaid(passage);
  const values = second === null ? [value] : [value, second];
  if (!values.every((number) => numbers.has(String(number)))) {
    return undefined;
  }
  const text = `${name.trim()}: ${values.join('/')}`;
  const base = {
    category,
    text,
    code: { system: LOINC, code: measure.code, display: measure.display },
    confidence: confidence(1),
    evidence: said.evidence(passage, text),
  };
  if (second === null) {
    return measure.code === codeFor('blood pressure')?.code
      ? undefined
      : { ...base, value: measured(value, measure.unit) };
  }
  const systolic = codeFor('systolic blood pressure');
  const diastolic = codeFor('diastolic blood pressure');
  if (!systolic || !diastolic || measure.code !== codeFor('blood pressure')?.code) {
    return undefined;
  }
  return {
    ...base,
    components: [
      { code: systolic, value: { value, unit: PRESSURE } },
      { code: diastolic, value: { value: second, unit: PRESSURE } },
    ],
  };
}

/** In the unit of the terminology: hardly anybody says one. */
function measured(value: number, unit = ''): Quantity {
  return { value, unit: unit === '[degF]' && value < LOWEST_FAHRENHEIT ? 'Cel' : unit };
}
