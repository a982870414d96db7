/** Which part of the body an ICD-10-CM code is about, as far as its digits say so: what explains a pain is near it. */

export type Region =
  | 'head'
  | 'neck'
  | 'back'
  | 'shoulder'
  | 'elbow'
  | 'hand'
  | 'hip'
  | 'knee'
  | 'foot'
  | 'chest'
  | 'abdomen'
  | 'urinary'
  | 'mind'
  | 'skin';

/** Chapters 5 to 14, 18 and 19 of ICD-10-CM, by the digits that give the site. The first that fits counts. */
const REGIONS: readonly (readonly [Region, RegExp])[] = [
  ['neck', /^(?:M54\.2|M54\.12|M50|M47\.812|M48\.02|M43\.6|S1)/],
  ['back', /^(?:M4[0-8]|M51|M53|M54|M62\.830|S3[239]|S22\.0|S20\.22)/],
  ['shoulder', /^(?:M25\.[56346]1|M75|M19\.01|M24\.41|M79\.(?:60[123]|62)|S4)/],
  ['elbow', /^(?:M25\.[56346]2|M77\.[01]|M70\.2|M19\.02|G56\.2|M79\.63|S5)/],
  ['hand', /^(?:M25\.[56346][34]|M79\.64|M18|M19\.0[34]|M65\.[34]|G56\.0|M72\.0|M67\.4|S6)/],
  ['hip', /^(?:M25\.[568]5|M16|M70\.6|M76\.[01238]|M87\.05|M79\.65|S7)/],
  ['knee', /^(?:M25\.[56346]6|M17|M2[23]|M70\.[45]|M71\.2|M76\.5|M79\.66|S8[0139]|S82\.[0-4]|S86)/],
  [
    'foot',
    /^(?:M25\.[56346]7|M79\.67|M20|M21\.[34]|M72\.2|M76\.[67]|M77\.[345]|M92\.6|G57\.6|L60\.0|E11\.621|L97\.[345]|S9|S82\.[5-9])/,
  ],
  ['chest', /^(?:R0[0-9]|R60\.0|J|I|S2)/],
  ['abdomen', /^(?:R1[0-9]|K|A0|N20|N13)/],
  ['urinary', /^(?:R3[0-9]|N[0-4]|C6[147])/],
  ['head', /^(?:R51|R42|R55|R20|R25|G|H|S0)/],
  ['mind', /^(?:R4[0-6]|F)/],
  ['skin', /^(?:R2[123]|L)/],
];

export function regionOf(code: string): Region | undefined {
  return REGIONS.find(([, pattern]) => pattern.test(code))?.[0];
}
