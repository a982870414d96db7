/** Whether a conversation is in English: the rules know no other language, and a note of half-read words helps nobody. */

const COMMON = new Set(
  `the a an and or but so to of in on at for with from about as is are was were be been am i you he she it we they me my
  your his her their this that these those what which who when where how why do does did have has had can could will
  would should not no yes if then than there here just like now today okay well up out off down over some any all more
  very really it's i'm you're don't that's i've let's pain take taking day days week weeks good right left any been`.split(
    /\s+/,
  ),
);
/** Of too few words nothing is told; four in ten words of spoken English are among the common ones. */
const FEWEST = 12;
const LEAST = 0.15;
/** So many words tell; more are not read. */
const MOST = 5_000;

export function isEnglish(text: string): boolean {
  const letters =
    text
      .slice(0, MOST * 8)
      .match(/\p{L}+(?:['’]\p{L}+)*/gu)
      ?.slice(0, MOST) ?? [];
  if (letters.length < FEWEST) return !/[^\p{Script=Latin}\p{N}\p{P}\p{Z}\p{S}\p{C}]/u.test(text.slice(0, MOST));
  const common = letters.filter((word) => COMMON.has(word.toLowerCase().replaceAll('’', "'")));
  return common.length >= LEAST * letters.length;
}
