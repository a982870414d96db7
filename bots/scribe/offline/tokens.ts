/** Words of a transcript with their place in it, so that whatever is made of them can be traced back. */

export interface Token {
  /** Lower-case word, with contractions joined ("do n't" is "don't") and spoken short forms spelled out. */
  readonly word: string;
  readonly start: number;
  readonly end: number;
  /** Whether the transcript writes it with a capital: then it has casing of its own. */
  readonly capital: boolean;
}

const TOKEN =
  /\d+(?:[.,/:]\d+)*(?:\s?-[A-Za-z][A-Za-z-]*)?|\p{L}[\p{L}\p{M}]*(?:['’&-][\p{L}\p{M}0-9]+)*-?\d*|[^\s\p{L}0-9]/gu;

/** Two written tokens that are one spoken form: ASR and Treebank tokenisers split these. */
const JOINED = new Map<string, readonly string[]>(
  Object.entries({
    'wan na': ['want', 'to'],
    'gon na': ['going', 'to'],
    'got ta': ['have', 'to'],
    'lem me': ['let', 'me'],
    'gim me': ['give', 'me'],
    'can not': ['cannot'],
  }),
);

const SPOKEN = new Map<string, readonly string[]>(
  Object.entries({
    wanna: ['want', 'to'],
    gonna: ['going', 'to'],
    gotta: ['have', 'to'],
    lemme: ['let', 'me'],
    cuz: ['because'],
    "'cause": ['because'],
    okey: ['okay'],
    ok: ['okay'],
    alright: ['okay'],
    yep: ['yes'],
    yup: ['yes'],
    yeah: ['yes'],
    ya: ['you'],
    nope: ['no'],
    kinda: ['kind', 'of'],
    sorta: ['sort', 'of'],
  }),
);

/** All tokens between two offsets of the transcript, in order. */
export function tokenize(transcript: string, from = 0, to = transcript.length): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = from;
  for (let match = TOKEN.exec(transcript); match && match.index < to; match = TOKEN.exec(transcript)) {
    const raw = match[0].slice(0, to - match.index);
    append(tokens, raw, match.index);
  }
  return tokens.map((token, i) => (isDecimalPoint(tokens, i) ? { ...token, word: DOT } : token));
}

/**
 * A decimal point that was not said but written, between number words. Whether it is one is likely, not certain, so the
 * number is not put together: it is written "7 point 1".
 */
export const DOT = 'dot';
const DIGIT_WORD =
  /^(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)$/;

function isDecimalPoint(tokens: readonly Token[], at: number): boolean {
  if (tokens[at]?.word !== '.' || /^(?:of|more|thing|day|time)$/.test(tokens[at + 2]?.word ?? '')) return false;
  return DIGIT_WORD.test(tokens[at - 1]?.word ?? '') && DIGIT_WORD.test(tokens[at + 1]?.word ?? '');
}

function append(tokens: Token[], raw: string, start: number): void {
  const word = raw.toLowerCase().replaceAll('’', "'").replace(/\s/g, '');
  const end = start + raw.length;
  const last = tokens.at(-1);
  if (last && word === "n't") {
    tokens[tokens.length - 1] = { ...last, word: `${last.word}n't`, end };
    return;
  }
  const pair = last && JOINED.get(`${last.word} ${word}`);
  if (pair) tokens.pop();
  const from = pair ? last.start : start;
  const capital = /^\p{Lu}/u.test(raw);
  for (const part of pair ?? SPOKEN.get(word) ?? [word]) tokens.push({ word: part, start: from, end, capital });
}

/** Whether a token is a word or a number, not a mark. */
export function isWord(token: Token): boolean {
  return /[\p{L}0-9]/u.test(token.word);
}
