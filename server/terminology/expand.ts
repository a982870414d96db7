import { badRequest, OperationOutcomeError } from '@medplum/core';
import type { FhirRepository } from '@medplum/fhir-router';
import type {
  CodeSystem,
  ValueSet,
  ValueSetComposeInclude,
  ValueSetComposeIncludeConceptDesignation,
  ValueSetComposeIncludeFilter,
  ValueSetExpansionContains,
} from '@medplum/fhirtypes';
import { conceptsOf, isA, propertyValue } from './concepts.ts';
import type { Concepts, Placed } from './concepts.ts';
import { findByUrl, requireByUrl } from './find.ts';

/** Value sets within value sets, at most. */
const MAX_DEPTH = 10;

/** One code of a value set. */
export interface Member {
  readonly system: string;
  readonly code: string;
  readonly display?: string | undefined;
  readonly abstract: boolean;
  readonly designation?: readonly ValueSetComposeIncludeConceptDesignation[] | undefined;
}

/** The codes of a value set, in its order, each once. */
export async function membersOf(repository: FhirRepository, valueSet: ValueSet, depth = 0): Promise<Member[]> {
  if (depth > MAX_DEPTH) {
    throw new OperationOutcomeError(badRequest('Value sets include each other too deeply', 'ValueSet.compose.include'));
  }
  const ready = readyExpansion(valueSet);
  if (ready) {
    return ready;
  }
  const { include = [], exclude = [] } = valueSet.compose ?? {};
  if (include.length === 0) {
    throw new OperationOutcomeError(badRequest('Missing ValueSet definition', 'ValueSet.compose.include'));
  }
  const members = new Map<string, Member>();
  for (const part of include) {
    for (const member of await partOf(repository, part, depth)) {
      members.set(keyOf(member), members.get(keyOf(member)) ?? member);
    }
  }
  for (const part of exclude) {
    for (const member of await partOf(repository, part, depth)) {
      members.delete(keyOf(member));
    }
  }
  return [...members.values()];
}

export const keyOf = ({ system, code }: Pick<Member, 'system' | 'code'>): string => `${system}|${code}`;

/** An expansion that a value set brings along, if it is a whole one. */
function readyExpansion({ expansion }: ValueSet): Member[] | undefined {
  const contains = expansion?.contains ?? [];
  const isWhole = !expansion?.parameter && (expansion?.total ?? contains.length) === contains.length;
  return contains.length > 0 && isWhole ? flat(contains) : undefined;
}

function flat(contains: readonly ValueSetExpansionContains[]): Member[] {
  return contains.flatMap(({ system = '', code, display, abstract = false, designation, contains: below = [] }) => [
    ...(code === undefined ? [] : [{ system, code, display, abstract, designation }]),
    ...flat(below),
  ]);
}

/** The codes of one part: of a system those that are named or filtered, in all of the value sets that are named too. */
async function partOf(repository: FhirRepository, part: ValueSetComposeInclude, depth: number): Promise<Member[]> {
  const { system, valueSet: urls = [] } = part;
  if (system === undefined && urls.length === 0) {
    throw new OperationOutcomeError(
      badRequest('Missing system URL for ValueSet include', 'ValueSet.compose.include.system'),
    );
  }
  let members = system === undefined ? undefined : await ofSystem(repository, system, part);
  for (const url of urls) {
    const other = await membersOf(repository, await requireByUrl<ValueSet>(repository, 'ValueSet', url), depth + 1);
    const keys = new Set(other.map(keyOf));
    members = members ? members.filter((member) => keys.has(keyOf(member))) : other;
  }
  return members ?? [];
}

async function ofSystem(
  repository: FhirRepository,
  system: string,
  { version, concept: named, filter: filters = [] }: ValueSetComposeInclude,
): Promise<Member[]> {
  const codeSystem = await findByUrl<CodeSystem>(repository, 'CodeSystem', system, version);
  const concepts = codeSystem ? conceptsOf(codeSystem) : undefined;
  if (named) {
    // Of a system that is not here, or not whole, a list of codes is all that is known.
    const isWhole = codeSystem?.content === 'complete';
    return named
      .filter(({ code }) => !isWhole || concepts?.has(code))
      .map(({ code, display, designation }) => {
        const known = concepts?.get(code);
        return {
          ...memberOf(system, code, known),
          display: display ?? known?.concept.display,
          ...(designation && { designation }),
        };
      });
  }
  if (!codeSystem || !concepts) {
    throw new OperationOutcomeError(badRequest(`CodeSystem ${system} not found`, 'ValueSet.compose.include.system'));
  }
  return [...concepts]
    .filter(([code, placed]) => filters.every((filter) => passes(concepts, code, placed, filter)))
    .map(([code, placed]) => memberOf(system, code, placed));
}

const memberOf = (system: string, code: string, placed: Placed | undefined): Member => ({
  system,
  code,
  display: placed?.concept.display,
  abstract: placed?.abstract ?? false,
  designation: placed?.concept.designation,
});

function passes(
  concepts: Concepts,
  code: string,
  { concept }: Placed,
  { property, op, value }: ValueSetComposeIncludeFilter,
): boolean {
  const values = (concept.property ?? []).filter((one) => one.code === property).map(propertyValue);
  const own =
    property === 'concept' || property === 'code' ? [code] : property === 'display' ? [concept.display ?? ''] : values;
  const listed = (): string[] => value.split(',').map((one) => one.trim());
  switch (op) {
    case 'is-a':
      return isA(concepts, code, value);
    case 'descendent-of':
      return code !== value && isA(concepts, code, value);
    case 'is-not-a':
      return !isA(concepts, code, value);
    case 'generalizes':
      return isA(concepts, value, code);
    case '=':
      return own.includes(value);
    case 'in':
      return own.some((one) => listed().includes(one));
    case 'not-in':
      return !own.some((one) => listed().includes(one));
    case 'exists':
      return own.length > 0 === (value === 'true');
    default:
      // A regular expression of somebody's could run for hours.
      throw new OperationOutcomeError(
        badRequest(`A filter of a value set cannot be "${op}" here`, 'ValueSet.compose.include.filter.op'),
      );
  }
}
