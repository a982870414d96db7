/** The forms in which a problem of a part of the body is said: "knee pain" is also "my knee hurts" and "pain in the knee". */

const PARTS =
  /^(?:(?:upper|lower|low|mid|big|great|index|middle|ring|little|distal|proximal) )?(?:head|neck|shoulder|shoulder blade|arm|upper arm|forearm|elbow|wrist|hand|finger|thumb|chest|rib|back|hip|groin|thigh|leg|knee|kneecap|calf|shin|ankle|foot|heel|toe|jaw|ear|eye|tooth|throat|stomach|belly|side|tailbone|testicle|breast|collarbone|nose|ear drum|meniscus|achilles|hamstring|clavicle|tibia|fibula|femur|humerus|radius|ulna|patella|pelvis|vertebra|metatarsal)$/;

/** By the last word of a designation, what else is said for `PART` and that word. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  pain: [
    'pain in PART',
    'pain on PART',
    'PART hurts',
    'PART hurting',
    'PART is hurting',
    'PART has been hurting',
    'PART was hurting',
    'PART is sore',
    'PART soreness',
    'sore PART',
    'painful PART',
    'PART is painful',
    'PART ache',
    'PART aches',
    'PART aching',
    'PART discomfort',
    'PART has been bothering',
    'PART is bothering',
    'PART has been killing',
    'PART is killing',
    'PART is throbbing',
    'discomfort in PART',
    'ache in PART',
  ],
  fracture: ['fracture of PART', 'fractured PART', 'broken PART', 'broke PART', 'PART is broken', 'break in PART'],
  sprain: ['sprain of PART', 'sprained PART', 'twisted PART', 'rolled PART', 'PART is sprained'],
  strain: ['strain of PART', 'strained PART', 'pulled PART', 'PART is strained'],
  contusion: ['contusion of PART', 'bruised PART', 'PART bruise', 'bruise on PART'],
  arthritis: [
    'arthritis of PART',
    'arthritis in PART',
    'PART osteoarthritis',
    'osteoarthritis of PART',
    'osteoarthritis in PART',
    'arthritic PART',
    'degenerative changes in PART',
    'PART degenerative joint disease',
    'degenerative joint disease of PART',
    'degenerative arthritis of PART',
    'PART djd',
  ],
  swelling: ['swelling of PART', 'swelling in PART', 'swollen PART', 'PART is swollen', 'PART swelled'],
  stiffness: ['stiffness in PART', 'stiff PART', 'PART is stiff'],
  laceration: ['laceration of PART', 'laceration on PART', 'cut PART', 'cut on PART'],
  bursitis: ['bursitis of PART', 'bursitis in PART'],
  tear: ['torn PART', 'tear of PART', 'tear in PART'],
  injury: ['injury to PART', 'injured PART', 'hurt PART', 'injury of PART'],
  surgery: ['surgery on PART', 'surgery for PART', 'operation on PART', 'PART operation', 'had PART operated on'],
  cancer: ['cancer of PART', 'PART carcinoma'],
};

/** What else is said where both hurt: "my knees hurt", "pain in my feet". */
const PLURAL: readonly string[] = [
  'pain in PART',
  'PART hurt',
  'PART ache',
  'PART are hurting',
  'PART are sore',
  'PART are painful',
  'PART are killing',
  'PART have been hurting',
  'PART have been bothering',
  'painful PART',
  'sore PART',
];
const SINGLE = /^(?:head|neck|chest|back|groin|jaw|throat|stomach|belly|nose|tailbone|side)$/;

function plural(part: string): string {
  if (part.endsWith('foot')) return part.replace(/foot$/, 'feet');
  if (part.endsWith('tooth')) return part.replace(/tooth$/, 'teeth');
  return part.endsWith('calf') ? part.replace(/calf$/, 'calves') : `${part}s`;
}

/** Further forms of a designation, the side and the possessive left out; none for what is not of this kind. */
export function spokenForms(designation: string): string[] {
  const words = designation.split(' ');
  const kind = words.at(-1) ?? '';
  const part = words.slice(0, -1).join(' ');
  const forms = Object.hasOwn(FORMS, kind) ? FORMS[kind] : undefined;
  if (!forms || !PARTS.test(part)) return [];
  const both = kind === 'pain' && !SINGLE.test(part) ? PLURAL.map((form) => form.replace('PART', plural(part))) : [];
  return [...forms.map((form) => form.replace('PART', part)), ...both];
}
