import { operation } from '../runtime/definition.ts';
import { composition } from './fhir/composition.ts';
import { answering, preview } from './preview.ts';

export default operation({
  ...preview,
  name: 'scribe/draft-note',
  description: 'Drafts a note from a transcript and stores nothing.',
  code: 'draft-note',
  decide: answering(({ sections }, context) => [composition(sections, {}, context)]),
});
