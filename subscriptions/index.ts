import type { Rule } from './when.ts';

/** The whole event table, in reading order: what each change of a resource causes. */
export const rules: readonly Rule[] = [];
