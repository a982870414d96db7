import { initFhirPathParserBuilder, Tokenizer } from '@medplum/core';
import type { Atom, Token } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { evaluate, VARIABLES } from './expressions.ts';

/** Medplum's own, which it does not export. */
const KEYWORDS = ['true', 'false'];
const OPERATORS = ['!=', '!~', '<=', '>=', '{}', '->'];

const parsers = initFhirPathParserBuilder();

/**
 * Whether an expression can be evaluated, all of it: it is FHIRPath to its end, and its functions and variables exist.
 * Medplum's parser leaves what it cannot read at the end, and finds out about a function in a `where` only if that is
 * put to something.
 */
export function isExpression(expression: string, resourceType: Resource['resourceType'] = 'Patient'): boolean {
  try {
    const atoms = parse(expression);
    evaluate(expression, { resourceType } as Resource, {});
    return atoms.every(isKnown);
  } catch {
    return false;
  }
}

/**
 * The parts of an expression, that which it is as a whole first.
 * @throws Error for what is no expression, or an expression and something more.
 */
function parse(expression: string): Atom[] {
  const tokens = tokenize(expression);
  if (tokenize(`${expression}\n)`).length === tokens.length) {
    throw new Error('A text or a remark has no end.');
  }
  const commas = tokens.filter(({ id }) => id === ',').length;
  const parser = parsers.construct(tokens);
  const atoms = [...new Set(withParts(parser.consumeAndParse()))];
  // A remark is read as a token: at the end it does no harm, anywhere else it ends the expression.
  parser.removeComments();
  // Arguments are read one after the other, whether commas stand between them or not.
  const separated = atoms.reduce((sum, atom) => sum + Math.max(0, argumentsOf(atom).length - 1), 0);
  if (parser.hasMore() || commas !== separated) {
    throw new Error('It was not read to its end.');
  }
  return atoms;
}

const tokenize = (text: string): Token[] => new Tokenizer(text, KEYWORDS, OPERATORS).tokenize();

const isAtom = (value: unknown): value is Atom =>
  typeof (value as { eval?: unknown } | null | undefined)?.eval === 'function';

/** An atom and all below it. Of its class nothing is exported but what every one of them has. */
function withParts(atom: Atom): Atom[] {
  const parts = Object.values(atom).flat().filter(isAtom);
  return [atom, ...parts.flatMap(withParts)];
}

const argumentsOf = (atom: Atom): unknown[] => ('args' in atom && Array.isArray(atom.args) ? atom.args : []);

function isKnown(atom: Atom): boolean {
  const name = 'name' in atom && typeof atom.name === 'string' ? atom.name : '';
  return 'args' in atom ? isFunction(atom) : !name.startsWith('%') || VARIABLES.some((known) => known === name);
}

/** Put to nothing, a function that there is may still complain of its arguments; one that there is not says so. */
function isFunction(call: Atom): boolean {
  try {
    call.eval({ variables: {} }, []);
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && thrown.message.startsWith('Unrecognized function'));
  }
}
