import { Liquid, LiquidError } from 'liquidjs';
import type { Variant } from './template.ts';
import type { Variables } from './variables.ts';

/** What a recipient gets to read. */
export interface Rendered {
  readonly subject?: string;
  readonly body: string;
}

/**
 * A template sees its variables and nothing else: no files, no prototypes. A variable that does not exist is an error,
 * except in an `{% if %}`, which asks whether it does.
 */
const liquid = new Liquid({
  strictVariables: true,
  lenientIf: true,
  // An address that is not known is an empty text, which counts as none.
  jsTruthy: true,
  strictFilters: true,
  ownPropertyOnly: true,
  templates: {},
  parseLimit: 20_000,
  renderLimit: 500,
  memoryLimit: 1_000_000,
});

/**
 * Fills a text.
 * @returns The message, or the reason why the template cannot be filled (which names no value of a patient's).
 */
export function render(variant: Variant, variables: Variables): Rendered | { readonly problem: string } {
  try {
    const body = fill(variant.body, variables).trim();
    const subject = variant.subject && fill(variant.subject, variables).replace(/\s+/g, ' ').trim();
    return body ? { body, ...(subject && { subject }) } : { problem: 'The text comes out empty.' };
  } catch (thrown) {
    if (thrown instanceof LiquidError) {
      return { problem: thrown.message };
    }
    throw thrown;
  }
}

const fill = (text: string, variables: Variables): string => liquid.parseAndRenderSync(text, variables) as string;
