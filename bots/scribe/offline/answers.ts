/** Yes-or-no questions with their answer, as a statement: "any fever ?" "no ." is "denies fever". */

import type { Pronouns } from './person.ts';
import { toThirdPerson } from './person.ts';
import { conjugate, isPresent, past } from './verbs.ts';

const YES = new Set([
  'yes',
  'correct',
  'absolutely',
  'exactly',
  'definitely',
  'right',
  'sure',
  'mm-hmm',
  'yup',
  'i do',
  'i am',
  'i have',
]);
const NO = new Set(['no', 'nope', 'none', 'never', 'nothing', 'neither', 'nah']);
const SKIPPED = new Set(['um', 'uh', 'well', 'oh', 'i', 'mean', ',', '.', 'so', 'okay', 'actually']);

/** What a reply says before anything else, if it says yes or no. */
export function polarity(words: readonly string[]): 'yes' | 'no' | undefined {
  const first = words.find((word) => !SKIPPED.has(word));
  if (!first) return undefined;
  if (NO.has(first)) return /\bno (?:problem|worries|kidding)\b/.test(words.join(' ')) ? undefined : 'no';
  if (YES.has(first)) return words.slice(0, 4).includes('but') ? undefined : 'yes';
  const start = words.slice(0, 6).join(' ');
  if (
    /\b(?:not (?:really|that i|at all|recently|lately|anything|any ?more|any longer|currently|yet|for (?:a|some) while|since)|no longer|i (?:don't|haven't|didn't|am not|can't)|i'm not)\b/.test(
      start,
    )
  )
    return 'no';
  return /^(?:um |uh |, )*(?:i (?:do|am|have|did|can)\b|i'm\b)$/.test(words.join(' ')) ? 'yes' : undefined;
}

const FINDINGS =
  /^(?:(?:and|or|what about|how about|but|do you have|have you (?:had|noticed|been having|experienced|felt)|did you (?:have|notice|experience)|are you (?:having|experiencing|noticing)|you have|do you feel|do you (?:get|notice|experience)|is there|was there|were there|are there|have you (?:had|noticed)) )*(?:any|symptoms like|other symptoms like) (.+)$/;
const HAVING =
  /^(?:do you have|are you having|are you experiencing|have you had|have you experienced|did you have|do you experience|do you get) (?!to\b)(.+)$/;
const LEFTOVERS =
  /^(?:(?:other|symptoms?|problems?|issues?) (?:like|such as|with) )|\b(?:(?:with|for|of|in) (?:this|that|it)|anything|any|like|recently|lately|though|either|that sort|so far|or no|or not|other symptoms|like that|since then|today)\b/g;

/** The statement that a question and its yes or no make together, or nothing where they make none. */
export function answered(question: readonly string[], answer: 'yes' | 'no', pronouns: Pronouns): string[] | undefined {
  const text = question.filter((word) => word !== '?').join(' ');
  // "like any medications ?" goes on with what was asked before.
  if (text.startsWith('like ')) return undefined;
  const findings = FINDINGS.exec(text)?.[1] ?? HAVING.exec(text)?.[1];
  if (findings) return finding(findings, answer, pronouns);
  return aboutSelf(text, answer, pronouns) ?? aboutIt(text, answer, pronouns) ?? confirmed(question, answer, pronouns);
}

function finding(text: string, answer: 'yes' | 'no', pronouns: Pronouns): string[] | undefined {
  if (/\b(?:questions?|concerns?)\b/.test(text)) return undefined;
  const list = text.replace(/\b(?:or|and) any\b/g, ' or ').replace(LEFTOVERS, ' ');
  const items = list
    .split(/ ?, ?|\bor\b/)
    .map((item) => toThirdPerson(item.trim().split(/\s+/), 'clinician', pronouns).join(' '))
    .map((item) => item.replace(/^(?:and|have you had|do you have|are you having|a) /, ''))
    .filter((item) => item && item.split(' ').length <= 9);
  if (!items.length || (answer === 'yes' && items.length > 1)) return undefined;
  const verb = answer === 'no' ? 'denies' : 'reports';
  return `the patient ${verb} ${series(items, 'or')}`.split(' ');
}

/** "a, b, or c". */
export function series(items: readonly string[], word: 'and' | 'or'): string {
  if (items.length < 3) return items.join(` ${word} `);
  return `${items.slice(0, -1).join(' , ')} , ${word} ${items.at(-1)}`;
}

const SELF = /^(do|did|have|are|were|can|will|would) you (?:(?:still|ever|also|currently|usually|normally) )?(.+)$/;

function aboutSelf(text: string, answer: 'yes' | 'no', pronouns: Pronouns): string[] | undefined {
  const [, aux, rest] = SELF.exec(text) ?? [];
  if (!aux || !rest || /\b(?:or|know|think|remember|mind|questions?|want me|tell me|say)\b/.test(rest))
    return undefined;
  const words = toThirdPerson(rest.split(' '), 'clinician', pronouns);
  return predicate(pronouns.subject.split(' '), aux, words, answer);
}

const IT = /^(do|does|did|has|have|is|was|are|were) (it|that|they|this) (.+)$/;

function aboutIt(text: string, answer: 'yes' | 'no', pronouns: Pronouns): string[] | undefined {
  const [, aux, subject, rest] = IT.exec(text) ?? [];
  if (!aux || !rest || !subject || /\b(?:or|okay|correct|clear|make sense|sound)\b|\bright$/.test(rest))
    return undefined;
  return predicate([subject], aux, toThirdPerson(rest.split(' '), 'clinician', pronouns), answer);
}

const THIRD = new Map<string, string>(Object.entries({ have: 'has', are: 'is', were: 'was' }));

function predicate(
  subject: readonly string[],
  aux: string,
  rest: readonly string[],
  answer: 'yes' | 'no',
): string[] | undefined {
  const plural = subject[0] === 'they';
  const auxiliary = plural ? aux : (THIRD.get(aux) ?? aux);
  const [verb = '', ...tail] = rest;
  if (aux === 'do' || aux === 'does' || aux === 'did') {
    if (answer === 'no') return [...subject, aux === 'do' && !plural ? 'does' : aux, 'not', verb, ...tail];
    if (!isPresent(verb)) return undefined;
    return [...subject, aux === 'did' ? past(verb) : plural ? verb : conjugate(verb), ...tail];
  }
  return answer === 'no' ? [...subject, auxiliary, 'not', ...rest] : [...subject, auxiliary, ...rest];
}

/** "you're taking your medication ?" "yes" – said by one, confirmed by the other. */
function confirmed(question: readonly string[], answer: 'yes' | 'no', pronouns: Pronouns): string[] | undefined {
  if (answer === 'no' || !/^(?:you|you're|you've|your|it's|it|that|that's|the|there's)$/.test(question[0] ?? ''))
    return undefined;
  return question.length >= 4 && question.length <= 30 ? toThirdPerson(question, 'clinician', pronouns) : undefined;
}
