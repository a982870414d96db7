/** How much of a model's answer did not count, because the transcript and the terminology do not bear it out. */
export interface Dropped {
  statements: number;
  problems: number;
  orders: number;
  observations: number;
  /** Codes, doses and other details of what was kept without them. */
  codes: number;
  details: number;
}

export const nothingDropped = (): Dropped => ({
  statements: 0,
  problems: 0,
  orders: 0,
  observations: 0,
  codes: 0,
  details: 0,
});
