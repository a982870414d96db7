import type { SearchParameterDetails } from '@medplum/core';
import {
  deriveIdentifierSearchParameter,
  getSearchParameter,
  getSearchParameterDetails,
  getSearchParameters,
} from '@medplum/core';
import type { SearchParameter } from '@medplum/fhirtypes';
import type { PathWalker } from './path.ts';
import { compilePath } from './path.ts';

/** The kinds of index; a parameter belongs to one. */
export type IndexKind = 'token' | 'reference' | 'string' | 'date' | 'number';

/** A search parameter of one resource type, ready to be used. */
export interface IndexedParameter {
  code: string;
  kind: IndexKind;
  type: SearchParameter['type'];
  details: SearchParameterDetails;
  walk: PathWalker;
}

/** Columns of the resource table serve these. */
const COLUMNS = new Set(['_id', '_lastUpdated', '_project']);

const KINDS: Partial<Record<SearchParameter['type'], IndexKind>> = {
  token: 'token',
  uri: 'token',
  reference: 'reference',
  string: 'string',
  date: 'date',
  number: 'number',
  quantity: 'number',
};

const byType = new Map<string, IndexedParameter[]>();

/** The parameters that a resource of this type is indexed by. */
export function indexedParameters(resourceType: string): IndexedParameter[] {
  let parameters = byType.get(resourceType);
  if (!parameters) {
    parameters = Object.values(getSearchParameters(resourceType) ?? {}).flatMap((parameter) => {
      if (COLUMNS.has(parameter.code) || servedBy(resourceType, parameter.code)) {
        return [];
      }
      const indexed = compileParameter(resourceType, parameter);
      if (indexed?.kind !== 'reference' || indexed.code.startsWith('_')) {
        return indexed ?? [];
      }
      return [indexed, compileParameter(resourceType, deriveIdentifierSearchParameter(parameter)) ?? []].flat();
    });
    byType.set(resourceType, parameters);
  }
  return parameters;
}

function compileParameter(resourceType: string, parameter: SearchParameter): IndexedParameter | undefined {
  const kind = KINDS[parameter.type];
  if (!kind || !parameter.expression) {
    return undefined;
  }
  const details = getSearchParameterDetails(resourceType, parameter);
  return { code: parameter.code, kind, type: parameter.type, details, walk: compilePath(details.parsedExpression) };
}

/** Where a parameter's values are kept, if that is not under its own code. */
export interface Served {
  /** The codes to look in. */
  codes: string[];
  /** Only values of this system, for tokens. */
  system?: string;
}

/**
 * Parameters whose values another one's index rows already have: fewer rows to write. A person's `phone` is their
 * `telecom` of that system, `address-city` is one of the parts of `address`.
 */
export function servedBy(resourceType: string, code: string): Served | undefined {
  switch (code) {
    case 'phone':
    case 'email': {
      const telecom = getSearchParameter(resourceType, 'telecom');
      return telecom?.type === 'token' ? { codes: ['telecom'], system: code } : undefined;
    }
    case 'phonetic':
      return getSearchParameter(resourceType, 'name') ? { codes: nameCodes(resourceType) } : undefined;
    default:
      return undefined;
  }
}

/** The codes that a search by `code` looks in. */
export function searchedCodes(resourceType: string, code: string): Served {
  const served = servedBy(resourceType, code);
  if (served) {
    return served;
  }
  if (code === 'name') {
    return { codes: nameCodes(resourceType) };
  }
  if (code === 'address' && getSearchParameter(resourceType, 'address-city')) {
    return { codes: ['address', wordCode('address'), ...ADDRESS_PARTS.map((part) => `address-${part}`)] };
  }
  return { codes: [code] };
}

/** The parts of an address that are parameters of their own. */
export const ADDRESS_PARTS = ['city', 'state', 'postalcode', 'country'] as const;

/** Where the words of a name or an address are kept that no other parameter has. */
export function wordCode(code: string): string {
  return `${code}:word`;
}

/** True if `family` and `given` have rows of their own, so that those of `name` need not repeat them. */
export function hasNameParts(resourceType: string): boolean {
  return Boolean(getSearchParameter(resourceType, 'family') && getSearchParameter(resourceType, 'given'));
}

function nameCodes(resourceType: string): string[] {
  const parts = hasNameParts(resourceType) ? ['family', 'given'] : [];
  return ['name', wordCode('name'), ...parts];
}

const principalTimes: Record<string, string> = { Slot: 'start', Appointment: 'date' };

/**
 * The date parameter by which resources of a type are mostly looked up beside a reference, if it is an instant. Its
 * value stands in the reference index too.
 */
export function principalTime(resourceType: string): string | undefined {
  return principalTimes[resourceType];
}
