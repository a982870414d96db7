import type { Edit } from './fhir/provenance.ts';

/**
 * What a clinician made of a draft.
 * @param drafted - The words of the note as the scribe wrote it.
 * @param signed - Its words as they were signed.
 */
export function editOf(drafted: string, signed: string, accepted: number, rejected: number): Edit {
  const before = wordsOf(drafted);
  const after = wordsOf(signed);
  const left = new Map<string, number>();
  for (const word of after) left.set(word, (left.get(word) ?? 0) + 1);
  let wordsKept = 0;
  for (const word of before) {
    const times = left.get(word) ?? 0;
    if (times > 0) {
      left.set(word, times - 1);
      wordsKept++;
    }
  }
  return {
    edited: drafted !== signed,
    wordsDrafted: before.length,
    wordsSigned: after.length,
    wordsKept,
    accepted,
    rejected,
  };
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
