/** Which statements of a conversation a clinician's note used, and where: the labels that the section model learns. */

import type { Statement } from '../../bots/scribe/offline/statements.ts';

export type Label = 'none' | 'subjective' | 'exam' | 'results' | 'plan';
export const LABELS: readonly Label[] = ['none', 'subjective', 'exam', 'results', 'plan'];

const STOP = new Set(
  'the a an and or of to in on at for with is are was were be been has have had do does did not no it that this there she he her his him they their them patient i you we will would can as but so if from about any some also just by'.split(
    ' ',
  ),
);

export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

/** A line of the note with the section that it stands in. */
interface NoteLine {
  readonly label: Label;
  readonly grams: ReadonlySet<string>;
}

/** Greedily picks the statements that bring the note's own words nearest, and names the section of each. */
export function labelStatements(statements: readonly Statement[], note: string): Label[] {
  const texts = statements.map(({ words }) => wordsOf(words.join(' ')));
  const chosen = pick(texts, wordsOf(note));
  const lines = noteLines(note);
  return texts.map((words, index) => (chosen.has(index) ? sectionOf(words, lines) : 'none'));
}

function pick(texts: readonly string[][], note: readonly string[]): Set<number> {
  const target = [count(note), count(grams(note))];
  const left = target.map((counts) => new Map(counts));
  const sizes = [0, 0];
  const hits = [0, 0];
  const totals = [note.length, note.length - 1];
  const score = (h: readonly number[], s: readonly number[]): number =>
    h.reduce((sum, hit, n) => sum + (2 * hit) / ((s[n] ?? 0) + (totals[n] ?? 1)), 0);
  const chosen = new Set<number>();
  for (;;) {
    let best = -1;
    let gain = 1e-6;
    const now = score(hits, sizes);
    texts.forEach((words, index) => {
      if (chosen.has(index)) return;
      const lists = [words, grams(words)];
      const then = score(
        lists.map((list, n) => (hits[n] ?? 0) + overlap(list, left[n] ?? new Map<string, number>())),
        lists.map((list, n) => (sizes[n] ?? 0) + list.length),
      );
      if (then - now > gain) [best, gain] = [index, then - now];
    });
    const words = texts[best];
    if (!words) return chosen;
    chosen.add(best);
    [words, grams(words)].forEach((list, n) => {
      sizes[n] = (sizes[n] ?? 0) + list.length;
      for (const gram of list) {
        const rest = left[n]?.get(gram) ?? 0;
        if (rest > 0) {
          left[n]?.set(gram, rest - 1);
          hits[n] = (hits[n] ?? 0) + 1;
        }
      }
    });
  }
}

function overlap(list: readonly string[], left: ReadonlyMap<string, number>): number {
  const used = new Map<string, number>();
  let hits = 0;
  for (const gram of list) {
    const times = (used.get(gram) ?? 0) + 1;
    used.set(gram, times);
    if (times <= (left.get(gram) ?? 0)) hits++;
  }
  return hits;
}

function sectionOf(words: readonly string[], lines: readonly NoteLine[]): Label {
  const content = [...words.filter((word) => !STOP.has(word)), ...grams(words)];
  const sums = new Map<Label, number>();
  for (const { label, grams: has } of lines) {
    const hits = content.filter((gram) => has.has(gram)).length;
    sums.set(label, Math.max(sums.get(label) ?? 0, hits / Math.sqrt(has.size + 4)));
  }
  const best = [...sums].sort((a, b) => b[1] - a[1])[0];
  return best && best[1] > 0 ? best[0] : 'none';
}

const HEADINGS: readonly (readonly [Label, RegExp])[] = [
  ['plan', /^(?:assessment|plan|impression|instructions|assessment and plan)/i],
  ['exam', /^(?:physical exam|exam|vitals)/i],
  ['results', /^(?:results|procedure)/i],
  ['subjective', /^[A-Z][A-Z ]{3,}$|^(?:cc|hpi|chief complaint|history)/],
];

function noteLines(note: string): NoteLine[] {
  let label: Label = 'subjective';
  return note.split('\n').flatMap((line) => {
    const heading = line.trim().replace(/:$/, '');
    const found =
      heading.length < 40 && heading === heading.toUpperCase()
        ? HEADINGS.find(([, is]) => is.test(heading))
        : undefined;
    if (found) label = found[0];
    return line.split(/(?<=[.:])\s+/).map((sentence) => {
      const words = wordsOf(sentence);
      return { label, grams: new Set([...words.filter((word) => !STOP.has(word)), ...grams(words)]) };
    });
  });
}

function grams(words: readonly string[]): string[] {
  return words.slice(1).map((word, i) => `${words[i]} ${word}`);
}

function count(list: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of list) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}
