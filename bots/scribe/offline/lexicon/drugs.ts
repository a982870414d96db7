/** Drug names that the shipped RxNorm fragment does not code: they stay text. */
export const UNCODED_DRUGS: readonly string[] =
  'aspirin tylenol amlodipine norvasc atenolol amiodarone eliquis coumadin atorvastatin lipitor zofran xanax flexeril humira zyloprim fosamax keflex robitussin levaquin zithromax abilify ventolin proair toradol strattera alprazolam amitriptyline alendronate amoxicillin acyclovir penicillin antibiotics steroids statin insulin ultram z-pack prednisone naprosyn baby-aspirin percocet vicodin nsaids anti-inflammatories anti-inflammatory iron biotin multivitamin ferrous-sulfate fish-oil magnesium vitamin-d vitamin-b12 calcium tums'
    .split(' ')
    .map((name) => name.replaceAll('-', ' '));

/** Names for a class, not for one drug: worth a sentence in the note, never an order by themselves. */
export const DRUG_CLASSES: ReadonlySet<string> = new Set([
  'antibiotics',
  'steroids',
  'statin',
  'nsaids',
  'anti inflammatories',
  'anti inflammatory',
]);
