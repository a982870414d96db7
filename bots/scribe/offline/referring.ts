/** "He" and "it", in a note in which "he" is the patient: whoever and whatever is meant is put in their place. */

import { findDrugs, namesDrug } from './drugs.ts';
import type { Pronouns } from './person.ts';
import { lastOfTurnBefore, type Span, type Utterance } from './sentences.ts';
import { PROBLEMS } from './terminology.ts';
import { referentOf } from './whose.ts';

/** Words of a sentence, with the places that tell who or what it is about. */
interface Told {
  readonly words: readonly string[];
  readonly spans: readonly Span[];
}

/** What a patient says, with its pronouns resolved; nothing, if it tells of an illness or a drug of nobody knows whom. */
export function referring(
  utterances: readonly Utterance[],
  index: number,
  said: readonly string[],
  pronouns: Pronouns,
): Told | undefined {
  if (utterances[index]?.speaker !== 'patient') return { words: said, spans: [] };
  const drug = drugAsked(utterances, index);
  const named = drug && withDrug(said, drug.name);
  const spans = named && drug ? [{ start: drug.start, end: drug.end }] : [];
  const told = attributed(utterances, index, named ?? said, pronouns);
  return told && { words: told.words, spans: [...told.spans, ...spans] };
}

const SOMEBODY = /^(he|she)(?:('s)|$)/;

function attributed(
  utterances: readonly Utterance[],
  index: number,
  said: readonly string[],
  pronouns: Pronouns,
): Told | undefined {
  const [, pronoun, contraction] = SOMEBODY.exec(said[0] ?? '') ?? [];
  if (pronoun !== 'he' && pronoun !== 'she') return { words: said, spans: [] };
  const other = referentOf(utterances, index, pronoun);
  if (other) {
    const subject = other.relative ? [pronouns.possessive, other.word] : [other.word];
    const verb = contraction ? [/^(?:been|had|got|gotten)$/.test(said[1] ?? '') ? 'has' : 'is'] : [];
    return { words: [...subject, ...verb, ...said.slice(1)], spans: [{ start: other.start, end: other.end }] };
  }
  return namesDrug(said) || PROBLEMS.find(said).length > 0 ? undefined : { words: said, spans: [] };
}

/** The one drug that the clinician asked about last, right before this turn. */
function drugAsked(utterances: readonly Utterance[], index: number): (Span & { readonly name: string }) | undefined {
  const asked = lastOfTurnBefore(utterances, index);
  if (!asked?.question || asked.speaker !== 'clinician') return undefined;
  const [drug, another] = findDrugs(asked.tokens.map(({ word }) => word));
  return drug && !another ? { name: drug.name, start: asked.start, end: asked.end } : undefined;
}

const TAKES =
  /^(?:stop|stopped|take|takes|taking|taken|took|use|uses|using|used|tried|try|quit|tolerate|tolerated|skip|skipped|refilled)$/;

/** "I stopped it in May", asked about one drug, is about that drug. */
function withDrug(said: readonly string[], name: string): readonly string[] | undefined {
  const at = said.findIndex((word, i) => word === 'it' && TAKES.test(said[i - 1] ?? ''));
  return at < 0 || namesDrug(said)
    ? undefined
    : [...said.slice(0, at), 'the', ...name.split(' '), ...said.slice(at + 1)];
}
