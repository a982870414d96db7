import { MEASURES, LOINC } from '../../offline/terminology.ts';
import { isMeasured } from '../../offline/measured.ts';
import { saysOtherUnit } from '../../offline/units.ts';
import { codeFor, isPlausible } from '../../offline/vitals.ts';
import type { DraftObservation, Quantity } from '../../types.ts';
import type { Dropped } from '../dropped.ts';
import type { ModelObservation } from '../schema.ts';
import { confidence } from './confidence.ts';
import { wordsOf } from './spoken.ts';
import type { Said } from './transcript.ts';

const PRESSURE = 'mm[Hg]';
/** Warmer than any patient in Celsius, colder than any in Fahrenheit. */
const LOWEST_FAHRENHEIT = 60;
const LOWEST_CELSIUS = 30;

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

function ground(
  { category, name, value, second, unit, quotes }: ModelObservation,
  said: Said,
): DraftObservation | undefined {
  const passage = said.passage(quotes, 'clinician');
  const measure = MEASURES.find(wordsOf(name))[0]?.value;
  if (!passage || !measure || !said.measures(measure.code)) {
    return undefined;
  }
  const values = second === null ? [value] : [value, second];
  const kept = measured(value, measure.unit);
  const isSame = (words: readonly string[], at: number): boolean => !saysOtherUnit(words, at, kept.unit);
  if (unit !== null && !isSame([unit.trim()], 0)) {
    return undefined;
  }
  const plausible =
    kept.unit === 'Cel' ? value >= LOWEST_CELSIUS : values.every((one) => isPlausible(measure.code, one));
  if (!plausible || !said.told(passage).some((index) => isGiven(said, index, measure.code, values.join('/'), isSame))) {
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
    return measure.code === codeFor('blood pressure')?.code ? undefined : { ...base, value: kept };
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

/** Words from the name of a measure to its value. */
const REACH = 8;

/** Whether a sentence gives the measure this value, in this unit, of the patient. */
function isGiven(
  said: Said,
  index: number,
  loinc: string,
  value: string,
  isSame: (words: readonly string[], at: number) => boolean,
): boolean {
  const words = said.written(index).filter((word) => word !== ',');
  return MEASURES.find(words).some(({ value: measure, from, to }) => {
    const at = words.findIndex((_word, i) => i >= to && i < to + REACH && numberAt(words, i) === value);
    const after = at + (words[at + 1] === 'point' ? 3 : 1);
    const named = measure.code === loinc && at >= 0 && isSame(words, after);
    return named && isMeasured(said.utterances, index, { words, from, to: after });
  });
}

/** A point that was only written is a decimal one beside the name of a measure. */
function numberAt(words: readonly string[], at: number): string {
  const fraction = words[at + 1] === 'point' && /^\d+$/.test(words[at + 2] ?? '') ? `.${words[at + 2]}` : '';
  const parts = `${(words[at] ?? '').replace(/%$/, '')}${fraction}`.split('/');
  return parts.every((part) => /^\d+(?:\.\d+)?$/.test(part)) ? parts.map(Number).join('/') : '';
}

/** In the unit of the terminology: hardly anybody says one. */
function measured(value: number, unit = ''): Quantity {
  return { value, unit: unit === '[degF]' && value < LOWEST_FAHRENHEIT ? 'Cel' : unit };
}
