import { operation } from '../runtime/definition.ts';
import { conditions } from './fhir/conditions.ts';
import { answering, preview } from './preview.ts';

export default operation({
  ...preview,
  name: 'scribe/extract-problems',
  description: 'Finds the problems in a transcript and stores nothing.',
  code: 'extract-problems',
  decide: answering(({ problems }, context) => conditions(problems, context)),
});
