import { Liquid, LiquidError, Output, Tokenizer, TokenKind } from 'liquidjs';
import type { Template } from 'liquidjs';
import { isSimple } from './simple-text.ts';
import type { Variant } from './template.ts';
import type { ProviderContent } from './transport.ts';
import type { Variables } from './variables.ts';

/** What a recipient gets to read. */
export interface Rendered {
  readonly subject?: string;
  readonly body: string;
  readonly content?: ProviderContent;
}

const PARSE_LIMIT = 20_000;

let engine: Liquid | undefined;

/**
 * A template sees its variables and nothing else: no files, no prototypes. A variable that does not exist is an error,
 * except in an `{% if %}`, which asks whether it does. It is made when it is needed: most runs only look at simple texts.
 */
const liquid = (): Liquid =>
  (engine ??= new Liquid({
    strictVariables: true,
    lenientIf: true,
    // An address that is not known is an empty text, which counts as none.
    jsTruthy: true,
    strictFilters: true,
    ownPropertyOnly: true,
    templates: {},
    parseLimit: PARSE_LIMIT,
    renderLimit: 500,
    memoryLimit: 1_000_000,
  }));

/**
 * Fills a text.
 * @returns The message, or the reason why the template cannot be filled (which names no value of a patient's).
 */
export function render(variant: Variant, variables: Variables): Rendered | { readonly problem: string } {
  try {
    const body = fill(variant.body, variables).trim();
    const subject = variant.subject && fill(variant.subject, variables).replace(/\s+/g, ' ').trim();
    const content = variant.providerTemplate && {
      template: variant.providerTemplate,
      variables: placeholdersOf(variant.body, variables),
    };
    return body
      ? { body, ...(subject && { subject }), ...(content && { content }) }
      : { problem: 'The text comes out empty.' };
  } catch (thrown) {
    if (thrown instanceof LiquidError) {
      return { problem: thrown.message };
    }
    throw thrown;
  }
}

/** What the outputs of a text come to, numbered in the order in which they first stand there. An empty one is refused by providers. */
function placeholdersOf(text: string, variables: Variables): Record<string, string> {
  const outputs = new Map<string, Template>();
  for (const part of liquid().parse(text)) {
    const written = part.token.getText();
    if (part instanceof Output && !outputs.has(written)) {
      outputs.set(written, part);
    }
  }
  const values = [...outputs.values()].map((output) => String(liquid().renderSync([output], variables)) || '-');
  return Object.fromEntries(values.map((value, index) => [String(index + 1), value]));
}

/**
 * What is wrong with a text, whoever it will be for: Liquid that cannot be read, and variables that do not exist.
 * @param known - The paths of all variables, such as `patient.name`.
 */
export function textProblems(text: string, known: readonly string[]): string[] {
  if (text.length <= PARSE_LIMIT && isSimple(text, known)) {
    return [];
  }
  try {
    const used = liquid().globalFullVariablesSync(text);
    const written = outputsOf(text);
    // A tag may ask for all of something; written out it would be no text.
    const isKnown = (path: string): boolean =>
      known.some((one) => one === path || (one.startsWith(`${path}.`) && !written.includes(path)));
    const unknown = used.filter((path) => !isKnown(path));
    return unknown.map((path) => `there is no variable "${path}"; there are ${known.join(', ')}.`);
  } catch (thrown) {
    if (thrown instanceof LiquidError) {
      return [`${thrown.message}.`];
    }
    throw thrown;
  }
}

/** The paths of what a text writes out, in its tags too. */
function outputsOf(text: string): string[] {
  const outputs = new Tokenizer(text).readTopLevelTokens().filter(({ kind }) => kind === TokenKind.Output);
  return liquid().globalFullVariablesSync(outputs.map((token) => token.getText()).join(''));
}

/** Whether a text is nothing but words and outputs: only of such a one a provider can have the same, with placeholders. */
export const isPlain = (text: string): boolean =>
  liquid()
    .parse(text)
    .every((part) => part instanceof Output || part.token.kind === TokenKind.HTML);

const fill = (text: string, variables: Variables): string => liquid().parseAndRenderSync(text, variables) as string;
