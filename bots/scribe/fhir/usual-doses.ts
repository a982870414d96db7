/**
 * Single doses by mouth for adults, in milligrams, from a low start to the largest dose that is commonly given at once.
 * From general clinical knowledge and deliberately wide: nothing published confirms a row here, so it can only ask a
 * clinician to look again at a dose that was probably heard wrongly (50 for 15, grams for milligrams). A drug that is
 * not listed is not judged.
 */
const SINGLE_DOSES_MG: Readonly<Record<string, readonly [number, number]>> = {
  acetaminophen: [80, 1000],
  albuterol: [0.09, 8],
  alprazolam: [0.125, 4],
  amitriptyline: [5, 150],
  amlodipine: [1.25, 10],
  amoxicillin: [125, 2000],
  aspirin: [75, 1000],
  atenolol: [12.5, 100],
  atorvastatin: [5, 80],
  azithromycin: [125, 2000],
  bupropion: [75, 450],
  carvedilol: [3.125, 50],
  cephalexin: [125, 1000],
  cetirizine: [2.5, 20],
  ciprofloxacin: [100, 1000],
  citalopram: [5, 40],
  clopidogrel: [75, 600],
  cyclobenzaprine: [5, 30],
  doxycycline: [20, 300],
  duloxetine: [20, 120],
  escitalopram: [2.5, 30],
  famotidine: [10, 40],
  fluoxetine: [5, 90],
  furosemide: [10, 600],
  gabapentin: [100, 1800],
  glipizide: [2.5, 20],
  hydrochlorothiazide: [6.25, 100],
  ibuprofen: [50, 800],
  levothyroxine: [0.0125, 0.3],
  lisinopril: [1.25, 80],
  loratadine: [5, 20],
  losartan: [12.5, 100],
  meloxicam: [5, 15],
  metformin: [250, 2000],
  methotrexate: [2.5, 30],
  metoprolol: [6.25, 400],
  montelukast: [4, 10],
  naproxen: [125, 1000],
  omeprazole: [10, 80],
  ondansetron: [2, 24],
  pantoprazole: [20, 80],
  paroxetine: [10, 75],
  prednisone: [1, 100],
  pravastatin: [10, 80],
  rosuvastatin: [2.5, 40],
  sertraline: [12.5, 200],
  simvastatin: [5, 80],
  tamsulosin: [0.4, 0.8],
  tramadol: [25, 100],
  trazodone: [25, 400],
  venlafaxine: [18.75, 375],
  warfarin: [0.5, 15],
  zolpidem: [1.75, 12.5],
};

const MILLIGRAMS: Readonly<Record<string, number>> = { g: 1000, mg: 1, ug: 0.001 };

/**
 * Whether a single dose is outside what is usual.
 * @param drug - In words; the first drug that is known counts.
 * @param unit - A UCUM mass (`mg`, `g`, `ug`); other units are not judged.
 */
export function isUnusual(drug: string, value: number, unit: string | undefined): boolean {
  const factor = MILLIGRAMS[unit ?? ''];
  const name = drug
    .toLowerCase()
    .match(/[a-z]+/g)
    ?.find((word) => Object.hasOwn(SINGLE_DOSES_MG, word));
  const range = name ? SINGLE_DOSES_MG[name] : undefined;
  if (factor === undefined || !range) {
    return false;
  }
  const dose = value * factor;
  return dose < range[0] || dose > range[1];
}
