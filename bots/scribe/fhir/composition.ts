import { HTTP_TERMINOLOGY_HL7_ORG, LOINC } from '@medplum/core';
import type { Composition, CompositionSection, Reference } from '@medplum/fhirtypes';
import { about } from './context.ts';
import type { DraftContext, Drafted } from './context.ts';
import { grounds } from './evidence.ts';
import { SCRIBE_SID } from './identity.ts';
import { madeHow } from './making.ts';
import { narrative } from './narrative.ts';
import type { NoteSection, SectionCode, Sentence } from '../types.ts';

/** LOINC 11506-3: the note of a visit. */
const PROGRESS_NOTE = { system: LOINC, code: '11506-3', display: 'Progress note' };
const EMPTY_REASON = `${HTTP_TERMINOLOGY_HL7_ORG}/CodeSystem/list-empty-reason`;

/** The text of a section that nothing was said for. */
export const NOTHING_SAID = 'Nothing in the conversation.';

/** What the drafted resources that belong to a section are listed under. */
export type SectionEntries = Readonly<Partial<Record<SectionCode, Reference[]>>>;

/** The note of a draft as a preliminary Composition, whose sections list the drafted resources that belong to them. */
export function composition(
  sections: readonly NoteSection[],
  entries: SectionEntries,
  context: DraftContext,
): Drafted<Composition> {
  const { author, key, now } = context;
  const sentences = sections.flatMap((section) => section.sentences);
  return {
    name: 'composition',
    resource: {
      resourceType: 'Composition',
      extension: [...grounds({ confidence: meanConfidence(sentences), evidence: [] }), ...madeHow(context)],
      ...(key && { identifier: { system: SCRIBE_SID, value: key } }),
      status: 'preliminary',
      type: { coding: [PROGRESS_NOTE] },
      ...about(context),
      date: now.toISOString(),
      author: [author],
      title: 'Visit note',
      section: sections.map((section) => sectionOf(section, entries[section.code] ?? [])),
    },
  };
}

/** A section in which nothing was said says so: an empty one would be invalid (cmp-1), a missing one a gap. */
function sectionOf({ code, title, sentences, text }: NoteSection, entry: Reference[]): CompositionSection {
  const head: CompositionSection = { title, code: { coding: [{ system: LOINC, code }] } };
  const filled = entry.length > 0 ? { entry } : {};
  if (text.trim() === '') {
    const reason = { coding: [{ system: EMPTY_REASON, code: 'unavailable' }] };
    // By cmp-2 a section with entries is not an empty one, whatever its text says.
    const emptiness = entry.length > 0 ? {} : { emptyReason: reason };
    return { ...head, text: narrative(NOTHING_SAID), ...filled, ...emptiness };
  }
  const evidence = sentences.flatMap(({ evidence: passages, confidence }) =>
    passages.map((passage) => ({ ...passage, confidence })),
  );
  return {
    ...head,
    extension: grounds({ confidence: meanConfidence(sentences), evidence }),
    text: narrative(text),
    ...filled,
  };
}

/** The share of sentences that one may expect to be right. */
const meanConfidence = (sentences: readonly Sentence[]): number =>
  sentences.reduce((sum, { confidence }) => sum + confidence, 0) / Math.max(1, sentences.length);
