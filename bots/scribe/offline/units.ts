/** The unit that was said with a value, compared with the one in which a measure is kept. */

/** What a word says of a unit, by how the unit begins. */
const SAID: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:%|percent)$/, ['%']],
  [/^(?:milligrams?|mg)$/, ['mg']],
  [/^(?:micrograms?|mcg|ug|µg)$/, ['ug']],
  [/^(?:nanograms?|ng)$/, ['ng']],
  [/^(?:picograms?|pg)$/, ['pg']],
  [/^(?:grams?|g)$/, ['g/']],
  // Of what has one charge, a millimole is a milliequivalent.
  [/^(?:millimoles?|mmols?|millimolar)$/, ['mmol', 'meq']],
  [/^(?:milliequivalents?|meq)$/, ['meq', 'mmol']],
  [/^(?:micromoles?|umol|µmol|nanomoles?|nmol|picomoles?|pmol)$/, ['mol']],
  [/^(?:kilograms?|kilos?|kg|kgs)$/, ['kg']],
  [/^(?:pounds?|lbs?)$/, ['[lb_av]']],
  [/^(?:centimeters?|cm|meters?|m)$/, ['cm']],
  [/^(?:inches|inch|in_i)$/, ['[in_i]']],
  [/^(?:celsius|centigrade|cel|°c)$/, ['Cel']],
  [/^(?:fahrenheit|degf|°f)$/, ['[degF]']],
  [/^(?:kilopascals?|kpa)$/, ['kPa']],
  [/^(?:mmhg|mm\[hg\])$/, ['mm[Hg]']],
  [/^(?:bpm|\/min)$/, ['/min']],
];
/** "Per liter" where a unit is per deciliter. */
const PER: readonly (readonly [RegExp, RegExp])[] = [
  [/\b(?:per deciliter|\/? ?dl)\b/, /\/dL/],
  [/\b(?:per (?:milliliter|cc)|\/ ?ml)\b/, /\/mL/],
  [/\b(?:per liter|\/ ?l|^[a-z]+ l)\b/, /\/L/],
  [/\b(?:per mole|\/ ?mol)\b/, /\/mol/],
];
/** "Degrees" alone leaves open which. */
const OPEN = /^degrees?$/;
/** Words from a number to the end of its unit. */
const REACH = 4;

/** Whether the words after a number say another unit than the given one; saying none is saying no other. */
export function saysOtherUnit(words: readonly string[], at: number, unit: string): boolean {
  const first = OPEN.test(words[at] ?? '') ? at + 1 : at;
  const [word = '', ...rest] = words.slice(first, first + REACH);
  // "mg/dl" is one word where somebody wrote it.
  const [head = '', per = ''] = word === '/min' ? [word] : word.toLowerCase().split(/\/(?=[a-z])/);
  const meant = SAID.find(([spoken]) => spoken.test(head))?.[1];
  if (!meant) return false;
  if (!meant.some((start) => unit.startsWith(start))) return true;
  const after = [head, ...(per ? [`/${per}`] : []), ...rest].join(' ').toLowerCase();
  const divided = PER.find(([spoken]) => spoken.test(after))?.[1];
  return divided !== undefined && !divided.test(unit);
}
