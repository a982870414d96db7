import './web-globals.ts';
import OpenAI from 'openai';
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import { ask } from './ask.ts';
import type { Chat, Reply } from './ask.ts';
import { within } from './deadline.ts';
import { openAiClient } from './openai-client.ts';
import { DRAFT_PROMPT } from './prompts/draft-1.ts';
import { ANSWER_SCHEMA } from './schema.ts';
import { openAiEndpoint, timeLimit } from './settings.ts';
import type { Secrets } from './settings.ts';

/** The same question is to get the same answer, as far as the provider can. */
const SEED = 20_240;

/**
 * Asks a model over OpenAI's chat completions, which every compatible endpoint has.
 * @throws ProviderFailure.
 */
export async function askOpenAi(secrets: Secrets, transcript: string): Promise<Reply> {
  const endpoint = openAiEndpoint(secrets);
  const model = secrets['SCRIBE_MODEL']?.trim();
  if (!endpoint || !model) {
    return { failure: 'not-configured' };
  }
  const limit = timeLimit(secrets);
  const client = openAiClient(endpoint, limit);
  return within(limit, (signal) => ask(chat(client, model, signal), transcript));
}

function chat(client: OpenAI, model: string, signal: AbortSignal): Chat {
  return async (messages) => {
    const fixed = { temperature: 0, seed: SEED };
    const request: ChatCompletionCreateParamsNonStreaming = {
      model,
      messages: [{ role: 'system', content: DRAFT_PROMPT.text }, ...messages],
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'visit_note', strict: true, schema: { ...ANSWER_SCHEMA } },
      },
    };
    const send = (body: ChatCompletionCreateParamsNonStreaming) => client.chat.completions.create(body, { signal });
    const { choices } = await send({ ...request, ...fixed }).catch((thrown: unknown) => {
      // Reasoning models choose their own temperature, and refuse to be given one.
      if (refuses(thrown, fixed)) {
        return send(request);
      }
      throw thrown;
    });
    const [choice] = choices;
    const { content, refusal } = choice?.message ?? {};
    const refused = Boolean(refusal) || choice?.finish_reason === 'content_filter';
    const ended = refused ? 'refused' : choice?.finish_reason === 'length' ? 'truncated' : 'complete';
    return { text: content ?? '', ended };
  };
}

/** Whether a request was refused because of one of these parameters. */
const refuses = (thrown: unknown, parameters: object): boolean =>
  thrown instanceof OpenAI.BadRequestError && Object.hasOwn(parameters, thrown.param ?? '');
