import { becomes, when } from './when.ts';
import type { Rule } from './when.ts';

export default [
  when('QuestionnaireResponse', becomes('completed', 'amended')).run('journeys/advance', 'journeys/start-by-event'),
] satisfies Rule[];
