/** Just enough English morphology for a note: the third person singular, and which words are verbs in the present. */

/** Verbs that patients use of themselves, in the base form. */
const BASE = new Set(
  `ache add agree appreciate ask avoid become begin believe bend bike breathe bring buy call care carry catch check chew
  climb come complain consume continue cook cough cut deal deny describe do doubt drink drive eat endorse enjoy
  exercise expect experience fall feel find finish forget get give go grab grow guess have hear help hike hold hope
  hurt ice keep know lay lead lean leave lie lift like limp listen live look lose love maintain make manage mean miss
  monitor move need noise notice own pass pay pick plan play prefer press pull push put read realize recall recommend
  remember report rest ride run say see seem sell send sit sleep smoke smell snore sound stand start stay stop stretch
  struggle suffer suspect swallow swim take talk taste teach tell tend think throw tolerate travel try turn understand
  use usually vape visit vomit wait wake walk want watch wear weigh wish wonder work worry`.split(/\s+/),
);

export function isPresent(word: string): boolean {
  return BASE.has(word);
}

/** The form that goes with he, she, it. */
export function conjugate(verb: string): string {
  if (verb === 'have') return 'has';
  if (/(?:s|x|z|ch|sh|o)$/.test(verb)) return `${verb}es`;
  return /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}ies` : `${verb}s`;
}

const PAST = new Map<string, string>(
  Object.entries({
    be: 'was',
    break: 'broke',
    bring: 'brought',
    catch: 'caught',
    come: 'came',
    cut: 'cut',
    do: 'did',
    drink: 'drank',
    eat: 'ate',
    fall: 'fell',
    feel: 'felt',
    find: 'found',
    get: 'got',
    give: 'gave',
    go: 'went',
    have: 'had',
    hear: 'heard',
    hit: 'hit',
    hold: 'held',
    hurt: 'hurt',
    keep: 'kept',
    know: 'knew',
    lose: 'lost',
    make: 'made',
    put: 'put',
    quit: 'quit',
    run: 'ran',
    say: 'said',
    see: 'saw',
    sleep: 'slept',
    stand: 'stood',
    take: 'took',
    tell: 'told',
    think: 'thought',
    throw: 'threw',
    wake: 'woke',
    wear: 'wore',
  }),
);

export function past(verb: string): string {
  const irregular = PAST.get(verb);
  if (irregular) return irregular;
  if (/e$/.test(verb)) return `${verb}d`;
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ied`;
  return /^[^aeiou]*[aeiou][^aeiouwxy]$/.test(verb) ? `${verb}${verb.slice(-1)}ed` : `${verb}ed`;
}

const AUXILIARY = new Set(
  'is are was were be been has have had do does did will would can could should may might must am cannot denies reports'.split(
    ' ',
  ),
);
const IRREGULAR = new Set(PAST.values());
const THIRD = new Set([...BASE].map(conjugate));

/** Whether a word can be the verb of a statement. */
export function isVerb(word: string): boolean {
  return (
    AUXILIARY.has(word) ||
    BASE.has(word) ||
    THIRD.has(word) ||
    IRREGULAR.has(word) ||
    /[a-z]{2}ed$/.test(word) ||
    /n't$/.test(word)
  );
}
