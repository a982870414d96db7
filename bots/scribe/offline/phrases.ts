/** Finds known phrases in a list of words: the longest one first, each word used once. */

export interface Found<T> {
  readonly value: T;
  /** Index of the first word, and of the word after the last. */
  readonly from: number;
  readonly to: number;
}

interface Entry<T> {
  readonly words: readonly string[];
  readonly value: T;
}

/** How many words between two words of a phrase may be stepped over. */
const STEPS = 2;

export class PhraseTable<T> {
  readonly #byFirst = new Map<string, Entry<T>[]>();
  readonly #between: ReadonlySet<string>;

  /**
   * @param entries - Phrases in any case; of two that are the same the first counts.
   * @param between - Words that may stand between the words of a phrase, such as "my" and "left" in "pain in my left knee".
   */
  constructor(entries: Iterable<readonly [string, T]>, between: ReadonlySet<string> = new Set()) {
    this.#between = between;
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
      for (const entry of this.#byFirst.get(words[at] ?? '') ?? []) {
        const to = this.#end(words, at, entry.words);
        if (to === undefined) continue;
        found.push({ value: entry.value, from: at, to });
        at = to - 1;
        break;
      }
    }
    return found;
  }

  /** Where a phrase that starts here ends, if it stands here. */
  #end(words: readonly string[], from: number, phrase: readonly string[]): number | undefined {
    let at = from;
    for (const word of phrase) {
      let steps = 0;
      while (words[at] !== word) {
        if (at === from || steps === STEPS || !this.#between.has(words[at] ?? '')) return undefined;
        steps++;
        at++;
      }
      at++;
    }
    return at;
  }
}
