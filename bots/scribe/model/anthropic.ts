import './web-globals.ts';
import { BaseAnthropic } from '@anthropic-ai/sdk/client';
import { Messages } from '@anthropic-ai/sdk/resources/messages';
import { ask } from './ask.ts';
import type { Chat, Reply } from './ask.ts';
import { within } from './deadline.ts';
import { DRAFT_PROMPT } from './prompts/draft-1.ts';
import { QUIET } from './quiet.ts';
import { ANSWER_SCHEMA } from './schema.ts';
import { anthropicEndpoint, timeLimit } from './settings.ts';
import type { Secrets } from './settings.ts';

/** A note with its quotes is two to six thousand tokens. */
const MAX_TOKENS = 16_000;

/**
 * Asks a model over Anthropic's messages. Its API has no seed and, in its present form, no temperature either.
 * @throws ProviderFailure.
 */
export async function askAnthropic(secrets: Secrets, transcript: string): Promise<Reply> {
  const endpoint = anthropicEndpoint(secrets);
  const model = secrets['SCRIBE_MODEL']?.trim();
  if (!endpoint || !model) {
    return { failure: 'not-configured' };
  }
  const limit = timeLimit(secrets);
  // The base client and one resource: the whole one is more than three times as large.
  const client = new BaseAnthropic({ ...endpoint, timeout: limit, maxRetries: 1, ...QUIET });
  return within(limit, (signal) => ask(chat(new Messages(client), model, signal), transcript));
}

function chat(messages: Messages, model: string, signal: AbortSignal): Chat {
  return async (conversation) => {
    const answer = await messages.create(
      {
        model,
        max_tokens: MAX_TOKENS,
        system: DRAFT_PROMPT.text,
        messages: [...conversation],
        output_config: {
          format: { type: 'json_schema', schema: { ...ANSWER_SCHEMA } },
        },
      },
      { signal },
    );
    const text = answer.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    const { stop_reason: reason } = answer;
    return { text, ended: reason === 'refusal' ? 'refused' : reason === 'max_tokens' ? 'truncated' : 'complete' };
  };
}
