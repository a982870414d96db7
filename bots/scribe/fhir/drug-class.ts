/**
 * Drug classes by the stems of generic names (WHO, "The use of stems in the selection of International Nonproprietary
 * Names"), as far as allergies are commonly recorded by class. Not a formulary: it lets a note be looked at again, and
 * stops nobody.
 */
interface DrugClass {
  /** How the class is written down as an allergy. */
  readonly names: RegExp;
  /** Its members. */
  readonly members: RegExp;
}

const CLASSES: readonly DrugClass[] = [
  { names: /\bpenicillins?\b|cillin\b|\bbeta.?lactams?\b/i, members: /\bpenicillin|cillin\b|\baugmentin\b/i },
  { names: /\bcephalosporins?\b|\b(cef|ceph)\w+|\bbeta.?lactams?\b/i, members: /\b(cef|ceph)\w+/i },
  { names: /\bsul(f|ph)(a|onamides?)\b|\bsul(f|ph)a(?!te)\w+/i, members: /\bsul(f|ph)a(?!te)\w+|\bbactrim\b/i },
  { names: /\b(fluoro)?quinolones?\b|floxacin\b/i, members: /floxacin\b/i },
  { names: /\btetracyclines?\b|cycline\b/i, members: /cycline\b/i },
  { names: /\bmacrolides?\b|thromycin\b/i, members: /thromycin\b/i },
  {
    names: /\bnsaids?\b|\bnon.?steroidals?\b|\baspirin\b|profen\b|\bnaproxen\b/i,
    members: /\baspirin\b|profen\b|\bnaproxen\b|fenac\b|oxicam\b|coxib\b|\bketorolac\b|\bindometh?acin\b/i,
  },
  { names: /\bace.?inhibitors?\b|pril\b/i, members: /pril\b/i },
  { names: /\bstatins?\b|vastatin\b/i, members: /vastatin\b/i },
  { names: /\bopi(oid|ate)s?\b/i, members: /codone\b|codeine\b|morph(one|ine)\b|\btramadol\b|\bfentanyl\b/i },
];

/**
 * Whether a drug conflicts with an allergy: the same substance, or one of the class that the allergy names or belongs to.
 * @param allergy - What is recorded, in words.
 * @param drug - What is to be taken, in words.
 */
export function conflicts(allergy: string, drug: string): boolean {
  const same = wordsOf(drug).some((word) => wordsOf(allergy).includes(word));
  return same || CLASSES.some(({ names, members }) => names.test(allergy) && members.test(drug));
}

/** Words that can name a substance: not "tablet" or "mg", which any two drugs may share. */
const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .match(/[a-z]{5,}/g)
    ?.filter((word) => !COMMON.has(word)) ?? [];

const COMMON = new Set(
  (
    'drugs medication allergy allergic reaction tablet tablets capsule capsules cream ointment solution spray inhaler patch drops ' +
    'daily twice three times weekly monthly night morning evening needed mouth sodium potassium calcium hydrochloride ' +
    'sulfate acetate phosphate tartrate succinate maleate extended release delayed start continue increase decrease ' +
    'stop refill prescribe prescription milligrams micrograms grams units every hours'
  ).split(' '),
);
