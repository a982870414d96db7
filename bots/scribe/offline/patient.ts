/** What the conversation says about who the patient is: never guessed from a name. */

import { PRONOUNS, type Pronouns } from './person.ts';

const MALE =
  /\b(?:(?:year|yr)[- ]?old,? (?:[a-z-]+ ){0,3}(?:male|man|gentleman|boy)|(?:this|young|pleasant|a) (?:man|gentleman|boy)|mr ?\.? |sir\b|your (?:prostate|testicles?|testicular|penis|wife)|prostate exam|viagra|enlarged prostate)/gi;
const FEMALE =
  /\b(?:(?:year|yr)[- ]?old,? (?:[a-z-]+ ){0,3}(?:female|woman|lady|girl)|(?:this|young|pleasant|a) (?:woman|lady|girl)|m(?:r?s) ?\.? |ma'am|your (?:husband|ovar(?:y|ies)|uterus|periods?|menstrual|pregnan(?:cy|t))|(?:my|your) (?:husband|periods?|last period|pap smear|mammogram)|(?:are|were|get|got|been) (?:you )?pregnant)/gi;
/** What the patient says of themself weighs as much: "my wife" is rarely said by anybody else in these conversations. */
const OWN_MALE = /\bmy (?:wife|girlfriend|prostate|testicles?)\b/gi;
const OWN_FEMALE = /\bmy (?:husband|boyfriend|periods?|pregnancy|breasts?)\b/gi;

export function patientOf(transcript: string): Pronouns {
  const male = count(transcript, MALE) * 3 + count(transcript, OWN_MALE);
  const female = count(transcript, FEMALE) * 3 + count(transcript, OWN_FEMALE);
  if (male === female) return PRONOUNS.unknown;
  return male > female ? PRONOUNS.male : PRONOUNS.female;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
