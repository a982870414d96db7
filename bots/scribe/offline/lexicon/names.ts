/** Words that are not written in lower case. */

const UPPER =
  'acl afib aids alt ast bmi bmp bnp bp bph ca-125 cabg cad cbc chf ckd cmp copd covid covid-19 cpap crp ct ckd dexa dvt ecg ed ef egd ekg emg er esr gerd gi gu hdl hiv hpv iga igg igm im inr ir iv ivf jvd lad ldl lh mcl mri msk nsaid nsaids oa osa otc pap pcl pcos pcp pet pfts pft pmi psa pt ptsd ra rca rca rpr scd sle ssri stemi std tb tia tsh tmj ua uti uv vq wbc'.split(
    ' ',
  );
const EXACT: Readonly<Record<string, string>> = {
  a1c: 'A1c',
  covid: 'COVID',
  "i'm": 'I am',
  iga: 'IgA',
  igg: 'IgG',
  igm: 'IgM',
  lyme: 'Lyme',
  lisfranc: 'Lisfranc',
  pfts: 'PFTs',
  nsaids: 'NSAIDs',
  monday: 'Monday',
  tuesday: 'Tuesday',
  wednesday: 'Wednesday',
  thursday: 'Thursday',
  friday: 'Friday',
  saturday: 'Saturday',
  sunday: 'Sunday',
  january: 'January',
  february: 'February',
  april: 'April',
  june: 'June',
  july: 'July',
  august: 'August',
  september: 'September',
  october: 'October',
  november: 'November',
  december: 'December',
};
/** Single letters and short words that are words of their own stay as they are. */
const NAMES = new Map<string, string>([
  ...UPPER.map((word) => [word, word.toUpperCase()] as const),
  ...Object.entries(EXACT),
]);

export function properCase(word: string): string {
  return NAMES.get(word) ?? word;
}
