/** ROUGE-1, ROUGE-2 and summary-level ROUGE-L as F1, over lower-case words without stemming. */

export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

const f1 = (hits: number, reference: number, candidate: number): number =>
  hits === 0 ? 0 : (2 * hits) / (reference + candidate);

function tally(items: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

function ngrams(words: readonly string[], size: number): string[] {
  return Array.from({ length: Math.max(0, words.length - size + 1) }, (_, i) => words.slice(i, i + size).join(' '));
}

export function rougeN(reference: string, candidate: string, size: number): number {
  const expected = ngrams(wordsOf(reference), size);
  const given = ngrams(wordsOf(candidate), size);
  const available = tally(given);
  let hits = 0;
  for (const [gram, times] of tally(expected)) hits += Math.min(times, available.get(gram) ?? 0);
  return f1(hits, expected.length, given.length);
}

/** Every reference line is covered by the union of its longest common subsequences with all candidate lines. */
export function rougeLsum(reference: string, candidate: string): number {
  const lines = (text: string): string[][] =>
    text
      .split('\n')
      .map(wordsOf)
      .filter((line) => line.length);
  const expected = lines(reference);
  const given = lines(candidate);
  const leftThere = tally(expected.flat());
  const leftHere = tally(given.flat());
  let hits = 0;
  for (const line of expected) {
    const covered = new Set(given.flatMap((other) => commonPositions(line, other)));
    for (const position of [...covered].sort((a, b) => a - b)) {
      const word = line[position] ?? '';
      const there = leftThere.get(word) ?? 0;
      const here = leftHere.get(word) ?? 0;
      if (there === 0 || here === 0) continue;
      hits++;
      leftThere.set(word, there - 1);
      leftHere.set(word, here - 1);
    }
  }
  return f1(hits, expected.flat().length, given.flat().length);
}

/** Positions in `line` of one longest common subsequence with `other`. */
function commonPositions(line: readonly string[], other: readonly string[]): number[] {
  const width = other.length + 1;
  const lengths = new Uint16Array((line.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = 1; i <= line.length; i++) {
    for (let j = 1; j <= other.length; j++) {
      lengths[i * width + j] =
        line[i - 1] === other[j - 1] ? at(i - 1, j - 1) + 1 : Math.max(at(i - 1, j), at(i, j - 1));
    }
  }
  const positions: number[] = [];
  for (let i = line.length, j = other.length; i > 0 && j > 0;) {
    if (line[i - 1] === other[j - 1]) {
      positions.push(i - 1);
      i--;
      j--;
    } else if (at(i, j - 1) > at(i - 1, j)) j--;
    else i--;
  }
  return positions;
}
