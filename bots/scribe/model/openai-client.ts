import './web-globals.ts';
import OpenAI from 'openai';
import { QUIET } from './quiet.ts';
import type { Endpoint } from './settings.ts';

/** A client that takes nothing from the environment of the server, and says nothing on its console. */
export function openAiClient({ apiKey, baseURL }: Endpoint, timeout: number): OpenAI {
  return new OpenAI({ apiKey, baseURL, timeout, organization: null, project: null, maxRetries: 1, ...QUIET });
}
