import { subscriber } from '../runtime/definition.ts';
import { reportTemplate } from './report-template.ts';

export default subscriber({
  name: 'messages/check-template',
  description: 'Looks at a template of messages when it is saved: what is wrong with it becomes a ticket.',
  on: 'ActivityDefinition',
  access: { ActivityDefinition: 'read', Task: 'write' },
  handle: reportTemplate,
});
