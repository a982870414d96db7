import { worker } from '../runtime/definition.ts';
import { askOpenAi } from './model/openai.ts';
import { answering } from './model/answering.ts';
import { OPENAI_SECRETS } from './model/settings.ts';

export default worker({
  ...answering(askOpenAi),
  name: 'scribe/ask-openai',
  description: "Asks a model over OpenAI's protocol what it makes of a transcript. Stores nothing.",
  secrets: OPENAI_SECRETS,
});
