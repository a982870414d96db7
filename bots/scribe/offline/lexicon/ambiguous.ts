/**
 * Words that name a problem only where somebody has it: "I have AIDS", but not "nicotine aids"; "he has ADD", but not
 * "we'll add"; "your blood pressure" is a measurement until it is high.
 */

const HAVING = /\b(?:have|has|had|having|got|with|diagnosed|of|and|or|for|my|your|his|her|their|the|,)$/;
const OWNED =
  /\b(?:have|has|had|having|got|with|diagnosed with|history of|diagnosis of|treated for)(?: (?:a|an|the|some))?$/;

/** By phrase, what must stand before it; where nothing does, it is not the problem. */
const BEFORE: ReadonlyMap<string, RegExp> = new Map([
  ['add', OWNED],
  ['aids', OWNED],
  ['als', OWNED],
  ['pad', OWNED],
  ['pid', OWNED],
  ['graves', HAVING],
  ['limp', /\b(?:a|with)$/],
  ['tics', HAVING],
  ['tic', HAVING],
]);

/** By phrase, what must not stand before it: "any allergies" asks for what there is to be allergic to. */
const NOT_BEFORE: ReadonlyMap<string, RegExp> = new Map([
  ['allergies', /\b(?:any|drug|medication|medicine|food|known|other|no)$/],
]);

/** By phrase, what must not stand after it. */
const AFTER: ReadonlyMap<string, RegExp> = new Map([
  ['boils', /^down\b/],
  ['boil', /^(?:down|it|water|the|some)\b/],
  ['falls', /^(?:under|into|apart|asleep|within|off|out)\b/],
  [
    'covid',
    /^(?:vaccines?|vaccinations?|shots?|boosters?|clinics?|time|times|lockdown|pandemic|restrictions|15|fifteen|19 (?:vaccines?|clinics?))\b/,
  ],
]);

/** Whether a phrase names a problem where it stands. */
export function namesProblem(phrase: string, before: readonly string[], after: readonly string[]): boolean {
  const lead = BEFORE.get(phrase);
  const near = before.slice(-3).join(' ');
  if ((lead && !lead.test(near)) || NOT_BEFORE.get(phrase)?.test(near)) return false;
  return !AFTER.get(phrase)?.test(after.slice(0, 2).join(' '));
}
