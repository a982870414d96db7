/** Words that are not written in lower case. */

import rxnorm from '../../../../resources/terminology/rxnorm.json' with { type: 'json' };

/** Brand names of one word, as RxNorm writes them. */
const CODED_BRANDS = rxnorm.concept
  .filter(({ display, property }) => !display.includes(' ') && property.some(({ valueCode }) => valueCode === 'BN'))
  .map(({ display }) => [display.toLowerCase(), display] as const);

const UPPER =
  'aaa acl afib aids als ana alt ast bmi bmp bmd bnp bp bun bph ca-125 cabg cad cbc chf ckd cml cmp copd covid covid-19 cpap crp crps csf ct dexa dka dvt ecg ed ef egd ekg emg er esr gerd gi gu hdl hiv hpv ibs iga igg igm im inr ir itp iud iv ivf jvd lad ldl lh mcl mcv mgus mri mrsa msk nsaid nsaids oa ocd osa otc pap pcl pcos pcp pet pfts pft pfo pid pmdd pmi pms psa pt ptsd ra rca rpr rsv scd sle std sti svt ssri stemi std tb tia tsh tmj ua ucl uti uv vq wbc'.split(
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
  pvcs: 'PVCs',
  pacs: 'PACs',
  utis: 'UTIs',
  stis: 'STIs',
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
  christmas: 'Christmas',
  thanksgiving: 'Thanksgiving',
  easter: 'Easter',
};
/** Brands that are designations of their ingredient in the terminology, or have no code there. */
const BRANDS =
  'abilify aciphex actos adcirca advair altace amaryl amoxil anafranil apresoline astelin astepro atacand atarax avapro avelox azulfidine bactroban benicar bonine brilinta bystolic calan catapres clozaril colcrys cordarone coumadin delsym deltasone depakene desyrel detrol dexilant dilantin ditropan dolophine dulcolax ecotrin effient elavil eliquis enablex euthyrox flexeril glucotrol haldol humira imodium imuran inderal isordil jantoven keflex kenalog latuda levaquin levothyroid levoxyl lipitor lortab luvox macrobid maxalt micardis minocin nasacort narcan nizoral norvasc nyquil oxycontin pacerone pamelor pepto-bismol pravachol prevacid prinivil proair propecia proscar proventil provigil pyridium razadyne reglan rexulti risperdal robitussin roxicodone rybelsus rythmol saxenda septra serevent silenor strattera sudafed tambocor tapazole temovate tenormin tessalon theraflu tofranil toradol toviaz trintellix uloric unithroid uroxatral vancocin vasotec ventolin vibramycin vicodin vistaril vivitrol wegovy xalatan xanax xeloda zithromax zofran zovirax zyloprim zyprexa metamucil mounjaro northera nurtec paxlovid premarin senokot shingrix toujeo tresiba zepbound'.split(
    ' ',
  );
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
/** Single letters and short words that are words of their own stay as they are. */
const NAMES = new Map<string, string>([
  ...UPPER.map((word) => [word, word.toUpperCase()] as const),
  ...BRANDS.map((word) => [word, capital(word)] as const),
  ...CODED_BRANDS,
  ...Object.entries(EXACT),
]);

export function properCase(word: string): string {
  return NAMES.get(word) ?? word;
}
