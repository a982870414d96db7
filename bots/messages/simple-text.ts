const PATH = String.raw`\s*([\w.]+)\s*`;
const OUTPUT = String.raw`\{\{-?${PATH}(?:\|\s*default:\s*"[^"{}%]*"\s*)?-?\}\}`;
const IF = String.raw`\{%-?\s*if\s${PATH}-?%\}`;
const ELSE = String.raw`\{%-?\s*else\s*-?%\}`;
const END_IF = String.raw`\{%-?\s*endif\s*-?%\}`;

/** One character, or one output. What might be the beginning of anything else is neither. */
const PART = String.raw`(?:[^{]|\{(?![{%])|${OUTPUT})`;
const SIMPLE = new RegExp(`^(?:${PART}|${IF}${PART}*(?:${ELSE}${PART}*)?${END_IF})*$`);
const OUTPUTS = new RegExp(OUTPUT, 'g');
const IFS = new RegExp(IF, 'g');

/**
 * Whether a template's text is words, known variables and plain `{% if %}`, as most are, and so has nothing wrong. Whoever
 * starts a journey looks at every text of its messages, and a bot begins anew each time: Liquid, which has not been compiled
 * then, would take half of the whole start to come to the same.
 * @param known - The paths of all variables. An `{% if %}` may also ask for all of something, such as `location`.
 */
export function isSimple(text: string, known: readonly string[]): boolean {
  const isKnown = ([, path = '']: RegExpExecArray): boolean => known.includes(path);
  const mayBeAsked = ([, path = '']: RegExpExecArray): boolean =>
    known.some((one) => one === path || one.startsWith(`${path}.`));
  return SIMPLE.test(text) && [...text.matchAll(OUTPUTS)].every(isKnown) && [...text.matchAll(IFS)].every(mayBeAsked);
}
