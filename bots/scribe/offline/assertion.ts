/** Whether something that was mentioned is so, is not so, or is somebody else's. */

export interface Assertion {
  readonly negated: boolean;
  readonly family: boolean;
  readonly uncertain: boolean;
  readonly past: boolean;
}

const NEGATORS = new Set(
  "no not denies deny denied without never negative don't doesn't didn't isn't wasn't aren't weren't haven't hasn't hadn't can't nothing none neither".split(
    ' ',
  ),
);
const FAMILY = new Set(
  'mother father mom dad brother sister aunt uncle grandmother grandfather grandma grandpa parents family cousin siblings'.split(
    ' ',
  ),
);
const RELATIVE = new Set('son daughter wife husband friend kids children boyfriend girlfriend'.split(' '));
const UNCERTAIN = new Set(
  'possible possibly maybe might could probably likely suspect suspicious concern concerned worried rule question'.split(
    ' ',
  ),
);
const PAST = new Set('history previous previously prior former ago past used childhood status hx'.split(' '));
/** Words after which what was said before no longer counts. */
const CLOSERS = new Set(
  "but however except although though which i i've i'm he she it it's he's she's they".split(' '),
);
const REACH = 7;

/** Judges the words from `from` to `to` by the words before them, up to the last turn of the sentence. */
export function assertion(words: readonly string[], from: number, to: number): Assertion {
  let start = Math.max(0, from - REACH);
  for (let i = start; i < from; i++) if (CLOSERS.has(words[i] ?? '')) start = i + 1;
  const before = words.slice(start, from);
  const around = [...before, ...words.slice(to, to + 4)];
  const has = (set: ReadonlySet<string>, list: readonly string[]): boolean => list.some((word) => set.has(word));
  return {
    negated: has(NEGATORS, before) && !/\bnot (?:only|sure|well|under|controlled|getting)\b/.test(before.join(' ')),
    family:
      has(FAMILY, words.slice(Math.max(0, from - 12), to + 5)) ||
      has(RELATIVE, words.slice(Math.max(0, from - 5), from)),
    uncertain: has(UNCERTAIN, before),
    past: has(PAST, around),
  };
}
