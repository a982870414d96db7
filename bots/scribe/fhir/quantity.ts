import { UCUM } from '@medplum/core';
import type { Quantity as FhirQuantity } from '@medplum/fhirtypes';
import type { Quantity } from '../types.ts';

/** UCUM codes of the units that notes use, by the unit in lower case (https://ucum.org/ucum, tables 1 and 2). */
const CODES: Readonly<Record<string, string>> = {
  g: 'g',
  kg: 'kg',
  mg: 'mg',
  mcg: 'ug',
  ug: 'ug',
  ml: 'mL',
  l: 'L',
  iu: '[iU]',
  meq: 'meq',
  '%': '%',
  'mm hg': 'mm[Hg]',
  mmhg: 'mm[Hg]',
  bpm: '/min',
  '/min': '/min',
  'beats/min': '/min',
  'breaths/min': '/min',
  '°f': '[degF]',
  '°c': 'Cel',
  lb: '[lb_av]',
  lbs: '[lb_av]',
  in: '[in_i]',
  ft: '[ft_i]',
  cm: 'cm',
  'kg/m2': 'kg/m2',
  'mg/dl': 'mg/dL',
  'g/dl': 'g/dL',
  'ng/ml': 'ng/mL',
  'mmol/l': 'mmol/L',
  'meq/l': 'meq/L',
};

/** A quantity as it was said; with a UCUM code where the unit has one, without where it has not ("tablets"). */
export function quantity({ value, unit }: Quantity): FhirQuantity {
  const code = CODES[unit.toLowerCase()];
  return { value, ...(unit && { unit }), ...(code && { system: UCUM, code }) };
}
