import type { CodeSystem, CodeSystemConcept, CodeSystemConceptProperty } from '@medplum/fhirtypes';

/** How a property says what a concept is a kind of, or has below it. */
const PARENT = 'http://hl7.org/fhir/concept-properties#parent';
const CHILD = 'http://hl7.org/fhir/concept-properties#child';
const NOT_SELECTABLE = 'http://hl7.org/fhir/concept-properties#notSelectable';

/** A concept where it stands. */
export interface Placed {
  readonly concept: CodeSystemConcept;
  /** Codes of what it is a kind of; several where a system is no tree. */
  readonly parents: readonly string[];
  /** It only groups others. */
  readonly abstract: boolean;
}

/** The concepts of a code system by their codes, in its order. */
export type Concepts = ReadonlyMap<string, Placed>;

/** Is a concept another one, or a kind of it? */
export function isA(concepts: Concepts, code: string, ancestor: string): boolean {
  const seen = new Set<string>();
  const waiting = [code];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === ancestor) {
      return true;
    }
    if (!seen.has(next)) {
      seen.add(next);
      waiting.push(...(concepts.get(next)?.parents ?? []));
    }
  }
  return false;
}

/** The property by which a code system says what a concept is a kind of. */
export function parentCode({ property = [] }: CodeSystem): string {
  return property.find(({ uri }) => uri === PARENT)?.code ?? 'parent';
}

/** The value of a property, as text. */
export function propertyValue(property: CodeSystemConceptProperty): string {
  const value =
    property.valueCode ??
    property.valueString ??
    property.valueCoding?.code ??
    property.valueBoolean ??
    property.valueInteger ??
    property.valueDecimal ??
    property.valueDateTime;
  return value === undefined ? '' : String(value);
}

/**
 * Unfolds the tree of a code system. Nothing is kept of it: not everybody may see the same fields of one.
 */
export function conceptsOf(system: CodeSystem): Concepts {
  const named = (uri: string, usual: string): Set<string> =>
    new Set([usual, ...(system.property ?? []).filter((property) => property.uri === uri).map(({ code }) => code)]);
  const up = named(PARENT, 'parent');
  const down = named(CHILD, 'child');
  const hidden = named(NOT_SELECTABLE, 'notSelectable');
  const parents = new Map<string, Set<string>>();
  const order: CodeSystemConcept[] = [];
  const add = (code: string, parent: string): void => {
    parents.set(code, (parents.get(code) ?? new Set()).add(parent));
  };
  const walk = (concepts: readonly CodeSystemConcept[], parent: string | undefined): void => {
    for (const concept of concepts) {
      order.push(concept);
      if (parent !== undefined) {
        add(concept.code, parent);
      }
      for (const property of concept.property ?? []) {
        if (up.has(property.code)) {
          add(concept.code, propertyValue(property));
        } else if (down.has(property.code)) {
          add(propertyValue(property), concept.code);
        }
      }
      walk(concept.concept ?? [], concept.code);
    }
  };
  walk(system.concept ?? [], undefined);
  return new Map(
    order.map((concept) => [
      concept.code,
      {
        concept,
        parents: [...(parents.get(concept.code) ?? [])],
        abstract: (concept.property ?? []).some(
          (property) => hidden.has(property.code) && propertyValue(property) === 'true',
        ),
      },
    ]),
  );
}
