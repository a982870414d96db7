/** What a model wrote and what was found of it in the transcript: never sure, and the better supported the surer. */
export const confidence = (support: number): number => 0.5 + 0.4 * support;
