import { operation } from '../runtime/definition.ts';
import { draftedResources, inOrder } from './fhir/drafted-resources.ts';
import { answering, preview } from './preview.ts';

export default operation({
  ...preview,
  name: 'scribe/draft-resources',
  description: 'Drafts everything that a transcript gives, a note and its resources, and stores nothing.',
  code: 'draft-resources',
  decide: answering((draft, context) => inOrder(draftedResources(draft, context))),
});
