/** Whether something that was mentioned is so, is not so, or is somebody else's. */

export interface Assertion {
  readonly negated: boolean;
  readonly family: boolean;
  readonly uncertain: boolean;
  readonly past: boolean;
  /** Said of what may come, of anybody, or in thought: "if you have chest pain", "the risk of a stroke", "I wish I had". */
  readonly hypothetical: boolean;
  /** It was there and is not any more. */
  readonly resolved: boolean;
}

const NEGATORS = new Set(
  "no not denies deny denied without never negative don't doesn't didn't isn't wasn't aren't weren't haven't hasn't hadn't can't cannot won't wouldn't shouldn't couldn't nothing none neither".split(
    ' ',
  ),
);
/** Relatives whose illnesses are told as such. */
export const FAMILY: ReadonlySet<string> = new Set(
  'mother father mom dad brother sister brothers sisters aunt aunts uncle uncles grandmother grandfather grandma grandpa grandparents grandparent parents parent family families cousin cousins sibling siblings nephew niece stepfather stepmother half-brother half-sister twin'.split(
    ' ',
  ),
);
/** Others close to the patient. */
export const RELATIVE: ReadonlySet<string> = new Set(
  'son daughter wife husband friend friends kids kid children child boyfriend girlfriend coworker coworkers neighbor roommate'.split(
    ' ',
  ),
);
const UNCERTAIN = new Set(
  'possible possibly maybe might could probably likely suspect suspicious concern concerned worried rule question'.split(
    ' ',
  ),
);
/** "I think it looks like gout": an opinion of what it is. "I think your gout is better" is one of how it is. */
const OPINION =
  /\b(?:i think|i believe|(?:it|this|that) (?:looks|seems|sounds|appears)|(?:looks|seems|sounds) like)\b(?: [a-z']+){0,6}?(?: (?:have|has|having|got|is|it's|that's|this|it|like|from|to be|with|called|of))(?: (?:a|an|the|some|just|mild|acute|chronic|early|little|bit|more|right|left|your|case|of|called|touch))*$/;
const PAST = new Set('history previous previously prior former ago past used childhood status hx'.split(' '));
const OPINION_REACH = 12;
const OPINION_AFTER = /^(?:, )?i (?:think|believe|guess|would say)\b/;
/** "… as a kid", "… ten years ago" */
const PAST_AFTER =
  /^(?:[a-z0-9]+ ){0,4}?(?:as a (?:kid|child|baby|teenager|teen|young)|when (?:i|he|she|they|you) (?:was|were) (?:a |in |little|young|small|about|\d)|in (?:my|his|her|your) (?:teens|twenties|childhood)|years (?:ago|back))\b/;
/** "If you get chest pain, call": a warning, not a finding. */
const HYPOTHETICAL =
  /\b(?:if (?:you|he|she|they|there|it|that|people|patients|someone|anything|your|his|her|the)|in case|(?:the |your |a |any )?(?:risks?|chances?|likelihood|signs?|complications?) (?:of|for)|prevent(?:s|ing|ion)?|(?:leads?|leading) to|(?:watch|look|looking|watching) (?:out )?for|unless|whether|should you (?:have|get|develop)|side effects?|protects? (?:you )?(?:against|from)|(?:used|tests?|testing|tested|screen|screens|screening|screened|checks?|checking|looks) (?:you )?for|instead of)\b/;
/** Words between an "if" and the end of what depends on it: "if your blood pressure stays high, we could get a stroke". */
const IF_REACH = 14;
const IF =
  /\b(?:what )?if (?:you|your|he|his|she|her|they|their|we|it|this|that|the|there|any|anything)\b(?! (?:look|see|remember|recall|want|don't mind|said|say|feel like) )/;
/** What somebody thought, feared or wished is not what there is: "I thought I was having a stroke", "I wish I had …". */
const UNREAL =
  /\b(?:thought (?:that )?(?:i|it|this|that|he|she|they|you|maybe)\b|(?:wish|wishes|wishing|wished)\b|(?:worried|worry|worries|concerned) (?:that |because )?(?:i|it|it's|this|that|he|she|they|you|we)\b|(?:afraid|scared|terrified|fear|fears|fearful) (?:of|that|about|it|i|i'll|i'd)\b|scare (?:with|of|about)\b)/;
/** What may become of somebody: "you can develop arthritis", "it can cause a cough", "you'll have a scar". */
const COMING =
  /\b(?:(?:can|could|may|might|would) (?:also |even |then |still |sometimes )?(?:get|develop|cause|trigger|lead|give you|give people|result in|turn into|progress to|end up|become|increase)|(?:you'll|you will|he'll|she'll|they'll|i'll|it'll|it will) (?:also |probably |then |still |likely )?(?:have|get|develop|notice|feel|experience|end up))\b/;
/** A list of what it might be, and of whatever else brings it about: "some possible causes are …". */
const CAUSES_REACH = 18;
const CAUSES = /\b(?:causes|reasons) (?:are|can be|could be|include|including|of|for|like|such as)\b/;
/** Said of people, not of the patient: "patients who have asthma", "somebody who has been smoking". */
const PEOPLE =
  /\b(?:people|patients|folks|anyone|anybody|someone|somebody|those|everyone|everybody|others|women|men|kids) (?:who|with|that|would|will|can|could|get|have|has|take|taking|like)\b|\bthey (?:would|will|can|could) (?:have|get|develop)\b/;
/** Somebody else's words, found somewhere: they say nothing of the patient. */
const SOURCE_REACH = 16;
const SOURCE =
  /\b(?:read|saw|heard|seen|googled|watched|looked (?:it )?up|searched|found)\b(?: [a-z']+){0,4} (?:online|internet|web|google|facebook|tiktok|youtube|instagram|reddit|article|magazine|newspaper|news|commercial|ad|forum|tv)\b|\b(?:googled|read (?:somewhere )?(?:that|about))\b|\baccording to (?:google|the internet|an article)\b/;
/** A denial that goes around what it denies: "I don't think that it's cancer", "I doubt that this is …". */
const DOUBTED =
  /\b(?:(?:don't|doesn't|didn't|do not|does not|did not|wouldn't|never) (?:really |actually |necessarily )?(?:think|believe|suspect|feel like|look like|sound like|seem like|see)|doubt|doubtful|unlikely)(?: that| to)?(?: (?:this|that|it|it's|there|there's|you|you're|he|she|they|i|i've|we|your))?(?: (?:is|are|was|has|have|had|be|been|got))?(?: (?:a|an|any|the|your|to|from|related|due|have))*$/;
/** What was named before is not there. */
const DENIED_AFTER =
  /^(?:(?:tests?|screens?|swabs?|titers?|results?|cultures?) )?(?:,? ?(?:was|is|were|are|has been|have been|been|came back|of|at all|either) )*(?:ruled out|negative|absent|denied|denies|unlikely|not (?:there|present|seen|an issue|a problem|the cause))\b/;
/** What was named before has been, and is over. */
const OVER_AFTER =
  /^(?:,? ?(?:was|is|were|are|has|have|had|been|has been|have been|all|completely|totally|now|since|pretty much|basically|it|it's|that|that's|finally|nicely) )*(?:resolved|gone|gone away|went away|cleared|cleared up|cured|healed|over with|subsided|better now)\b/;
/** Words after which what was said before no longer counts. */
const CLOSERS = new Set(
  "but however except although though some which i i've i'm he she it it's he's she's they".split(' '),
);
const REACH = 7;

/** Whether somebody only thinks, or finds it looks, as if there were what stands from `from` to `to`. */
export function isOpinion(words: readonly string[], from: number, to: number): boolean {
  const before = words.slice(Math.max(0, from - OPINION_REACH), from).join(' ');
  return OPINION.test(before) || OPINION_AFTER.test(words.slice(to, to + 4).join(' '));
}

/** Judges the words from `from` to `to` by the words before them, up to the last turn of the sentence. */
export function assertion(words: readonly string[], from: number, to: number): Assertion {
  let start = Math.max(0, from - REACH);
  for (let i = start; i < from; i++) if (CLOSERS.has(words[i] ?? '')) start = i + 1;
  const before = words.slice(start, from);
  const after = words.slice(to, to + 6).join(' ');
  const around = [...before, ...words.slice(to, to + 4)];
  const has = (set: ReadonlySet<string>, list: readonly string[]): boolean => list.some((word) => set.has(word));
  const near = words.slice(Math.max(0, from - REACH), from).join(' ');
  const reaching = (length: number): string => words.slice(Math.max(0, from - length), from).join(' ');
  return {
    negated:
      DENIED_AFTER.test(after) ||
      DOUBTED.test(near) ||
      (has(NEGATORS, before) && !/\bnot (?:only|sure|well|under|controlled|getting)\b/.test(before.join(' '))),
    family:
      has(FAMILY, words.slice(Math.max(0, from - 12), to + 5)) ||
      has(RELATIVE, words.slice(Math.max(0, from - 5), from)),
    uncertain: has(UNCERTAIN, before) || isOpinion(words, from, to),
    past: has(PAST, around) || PAST_AFTER.test(words.slice(to, to + 8).join(' ')),
    hypothetical:
      [HYPOTHETICAL, UNREAL, COMING, PEOPLE].some((pattern) => pattern.test(near)) ||
      IF.test(reaching(IF_REACH)) ||
      CAUSES.test(reaching(CAUSES_REACH)) ||
      SOURCE.test(reaching(SOURCE_REACH)),
    resolved: OVER_AFTER.test(after),
  };
}
