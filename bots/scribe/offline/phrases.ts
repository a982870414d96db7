/** Finds known phrases in a list of words: the longest one first, each word used once. */

export interface Found<T> {
  readonly value: T;
  /** Index of the first word, and of the word after the last. */
  readonly from: number;
  readonly to: number;
}

export class PhraseTable<T> {
  readonly #byFirst = new Map<string, { readonly words: readonly string[]; readonly value: T }[]>();

  constructor(entries: Iterable<readonly [string, T]>) {
    for (const [phrase, value] of entries) {
      const words = phrase.toLowerCase().split(/[\s-]+/);
      const first = words[0] ?? '';
      const same = this.#byFirst.get(first);
      if (same) same.push({ words, value });
      else this.#byFirst.set(first, [{ words, value }]);
    }
    for (const list of this.#byFirst.values()) list.sort((a, b) => b.words.length - a.words.length);
  }

  find(words: readonly string[]): Found<T>[] {
    const found: Found<T>[] = [];
    for (let at = 0; at < words.length; at++) {
      const hit = this.#byFirst
        .get(words[at] ?? '')
        ?.find((entry) => entry.words.every((word, i) => words[at + i] === word));
      if (!hit) continue;
      found.push({ value: hit.value, from: at, to: at + hit.words.length });
      at += hit.words.length - 1;
    }
    return found;
  }
}
