import { parseAnswer } from './answer.ts';
import type { ModelAnswer } from './schema.ts';

/** Why there is no answer of a model. */
export type Failure = 'not-configured' | 'too-long' | 'timeout' | 'unavailable' | 'rejected' | 'refused' | 'invalid';
/** What asking a model came to. */
export type Reply = { readonly answer: ModelAnswer } | { readonly failure: Failure };

export interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}
/** One answer of a model, and how it ended. */
export interface Completion {
  readonly text: string;
  readonly ended: 'complete' | 'truncated' | 'refused';
}
/** One request to a provider, of which only the protocol differs. */
export type Chat = (messages: readonly Message[]) => Promise<Completion>;

/** Asks a model for its answer to a transcript; once more, if the first answer cannot be read. */
export async function ask(chat: Chat, transcript: string): Promise<Reply> {
  // As a JSON string the transcript cannot end where it wants: no line of it can pass for one of ours.
  const question: Message = { role: 'user', content: JSON.stringify({ transcript }) };
  const first = await chat([question]);
  if (first.ended === 'refused') {
    return { failure: 'refused' };
  }
  const parsed = parseAnswer(first.text);
  if ('answer' in parsed) {
    return parsed;
  }
  const second = await chat([question, ...repairing(first, parsed.errors)]);
  if (second.ended === 'refused') {
    return { failure: 'refused' };
  }
  const repaired = parseAnswer(second.text);
  return 'answer' in repaired ? repaired : { failure: 'invalid' };
}

/** An answer that was cut off is not sent back: it is long, and what has to change is its length. */
function repairing({ text, ended }: Completion, errors: readonly string[]): Message[] {
  if (ended === 'truncated' || text.trim() === '') {
    const content = 'Your answer was cut off. Answer again from the start, with fewer and shorter entries and quotes.';
    return [
      { role: 'assistant', content: '(an answer that was cut off)' },
      { role: 'user', content },
    ];
  }
  const content = `Your answer cannot be used:\n${errors.join('\n')}\nAnswer again, whole, with these errors corrected.`;
  return [
    { role: 'assistant', content: text },
    { role: 'user', content },
  ];
}
