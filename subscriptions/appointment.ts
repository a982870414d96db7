import type { Rule } from './when.ts';

export default [] satisfies Rule[];
