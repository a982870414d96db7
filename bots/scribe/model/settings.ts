import { DRAFT_PROMPT } from './prompts/draft-1.ts';
import type { ScribeIdentity } from '../fhir/identity.ts';

/** The project secrets that choose the scribe, and what it codes with. */
export const CHOICE_SECRETS = ['SCRIBE_PROVIDER', 'SCRIBE_MODEL', 'SCRIBE_SNOMED'] as const;
/** Those that a bot needs which talks to a provider. */
export const OPENAI_SECRETS = [...CHOICE_SECRETS, 'SCRIBE_TIMEOUT', 'OPENAI_API_KEY', 'OPENAI_BASE_URL'] as const;
export const ANTHROPIC_SECRETS = [
  ...CHOICE_SECRETS,
  'SCRIBE_TIMEOUT',
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_BASE_URL',
] as const;
export const SPEECH_SECRETS = ['SCRIBE_TIMEOUT', 'SCRIBE_SPEECH_MODEL', 'OPENAI_API_KEY', 'OPENAI_BASE_URL'] as const;

export type Secrets = Readonly<Record<string, string>>;

/** The worker that talks to each provider. */
export const ASKING: Readonly<Record<string, string>> = {
  openai: 'scribe/ask-openai',
  anthropic: 'scribe/ask-anthropic',
};

/** Which model drafts, as it is named in what it wrote; nothing where that is the offline scribe. */
export function chosenModel(secrets: Secrets): ScribeIdentity | undefined {
  const provider = secrets['SCRIBE_PROVIDER']?.trim().toLowerCase();
  if (!provider || provider === 'offline') {
    return undefined;
  }
  const model = secrets['SCRIBE_MODEL']?.trim() || 'no model';
  return { provider, model, instructions: { kind: 'prompt', version: DRAFT_PROMPT.version } };
}

/** Whether problems get SNOMED CT codes too. Off unless switched on: it needs a licence in many countries. */
export const usesSnomed = (secrets: Secrets): boolean =>
  /^(?:on|true|yes|1)$/i.test(secrets['SCRIBE_SNOMED']?.trim() ?? '');

/** The model that transcribes recordings. */
export const speechModel = (secrets: Secrets): string => secrets['SCRIBE_SPEECH_MODEL']?.trim() || 'whisper-1';

const DEFAULT_SECONDS = 120;
/** Within what a server waits for the answer of a bot, with room for what is done with it. */
const MOST_SECONDS = 240;

/** How long a provider has for everything, retries and repair included, in milliseconds. */
export function timeLimit(secrets: Secrets): number {
  const seconds = Number(secrets['SCRIBE_TIMEOUT']);
  return 1000 * (seconds > 0 ? Math.min(seconds, MOST_SECONDS) : DEFAULT_SECONDS);
}
/** What a worker's run may take that talks to a provider, and one that waits for such a worker; in seconds. */
export const ASKING_SECONDS = MOST_SECONDS + 20;
export const WAITING_SECONDS = ASKING_SECONDS + 20;

export interface Endpoint {
  readonly apiKey: string;
  readonly baseURL: string;
}

/**
 * Where OpenAI's protocol is spoken. An endpoint of one's own may need no key.
 * @returns Nothing where neither a key nor an address is set.
 */
export function openAiEndpoint(secrets: Secrets): Endpoint | undefined {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL } = secrets;
  return apiKey || baseURL ? { apiKey: apiKey || 'none', baseURL: baseURL || 'https://api.openai.com/v1' } : undefined;
}

/** Where Anthropic's protocol is spoken. */
export function anthropicEndpoint(secrets: Secrets): Endpoint | undefined {
  const { ANTHROPIC_API_KEY: apiKey, ANTHROPIC_BASE_URL: baseURL } = secrets;
  return apiKey || baseURL ? { apiKey: apiKey || 'none', baseURL: baseURL || 'https://api.anthropic.com' } : undefined;
}
