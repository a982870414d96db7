import type { GoldVisit } from './score.ts';

/** A problem as a client got it. */
export interface Rated {
  readonly icd10?: string;
  readonly confidence?: number;
}

const BANDS = [0, 0.5, 0.6, 0.7, 0.8, 0.9] as const;

const category = (code: string): string => code.slice(0, 3).toUpperCase();

/**
 * How often a coded problem was right, by the confidence that it was given: one line for each band that has any. Right is
 * a category (3 characters) that the annotator gave or accepted, for this visit or for the history.
 */
export function calibration(visits: readonly GoldVisit[], problems: ReadonlyMap<string, readonly Rated[]>): string[] {
  const rated = visits.flatMap(({ id, problems: gold }) => {
    const right = new Set((gold ?? []).flatMap(({ icd10, acceptable = [] }) => [icd10, ...acceptable].map(category)));
    return (problems.get(id) ?? []).flatMap(({ icd10, confidence }) =>
      gold && icd10 && confidence !== undefined ? [{ confidence, isRight: right.has(category(icd10)) }] : [],
    );
  });
  return BANDS.flatMap((from, index) => {
    const to = BANDS[index + 1] ?? 1;
    const band = rated.filter(({ confidence }) => confidence >= from && (confidence < to || to === 1));
    const right = band.filter(({ isRight }) => isRight).length;
    const share = ((100 * right) / band.length).toFixed(0);
    return band.length > 0
      ? [`confidence ${from} to ${to}: ${right} of ${band.length} problems right (${share} %)`]
      : [];
  });
}
