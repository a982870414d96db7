import { worker } from '../runtime/definition.ts';
import { askAnthropic } from './model/anthropic.ts';
import { answering } from './model/answering.ts';
import { ANTHROPIC_SECRETS } from './model/settings.ts';

export default worker({
  ...answering(askAnthropic),
  name: 'scribe/ask-anthropic',
  description: "Asks a model over Anthropic's protocol what it makes of a transcript. Stores nothing.",
  secrets: ANTHROPIC_SECRETS,
});
