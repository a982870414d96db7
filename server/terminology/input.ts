import { badRequest, OperationOutcomeError } from '@medplum/core';
import type { CodeableConcept, Coding, Parameters, ValueSet } from '@medplum/fhirtypes';
import type { RouteRequest } from '../fhir/service.ts';
import { isRecord } from '../http/records.ts';

/** What a caller gave an operation, by name: from the query, from a Parameters resource, or from a plain object. */
export class Input {
  private readonly values: Readonly<Record<string, unknown>>;

  constructor(request: RouteRequest) {
    this.values = valuesOf(request);
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    if (value !== undefined && typeof value !== 'string') {
      throw refused(name, 'one text');
    }
    return value === '' ? undefined : value;
  }

  /** A whole number from 0. */
  number(name: string): number | undefined {
    const value = this.values[name];
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    if (number === undefined || number === '') {
      return undefined;
    }
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0) {
      throw refused(name, 'a whole number from 0');
    }
    return number;
  }

  flag(name: string): boolean {
    const value = this.values[name];
    if (value !== undefined && ![true, false, 'true', 'false'].includes(value as string | boolean)) {
      throw refused(name, 'true or false');
    }
    return value === true || value === 'true';
  }

  valueSet(): ValueSet | undefined {
    const value = this.values.valueSet;
    if (value !== undefined && !(isRecord(value) && value.resourceType === 'ValueSet')) {
      throw refused('valueSet', 'a ValueSet');
    }
    return value as ValueSet | undefined;
  }

  /** The codes that are asked about: `coding`, those of `codeableConcept`, or `code` of a system. */
  codings(system: string | undefined): Coding[] {
    const { coding, codeableConcept } = this.values;
    const code = this.text('code');
    if (code !== undefined) {
      return [{ ...(system !== undefined && { system }), code }];
    }
    const given = isRecord(codeableConcept) ? (codeableConcept as CodeableConcept).coding : [coding as Coding];
    const codings = (Array.isArray(given) ? given : []).filter((one) => isRecord(one) && typeof one.code === 'string');
    if (codings.length === 0) {
      throw new OperationOutcomeError(badRequest('No coding specified: give code and its system, or coding', 'code'));
    }
    return codings;
  }
}

function refused(name: string, what: string): OperationOutcomeError {
  return new OperationOutcomeError(badRequest(`${name} must be ${what}`, name));
}

function valuesOf({ method, query, body }: RouteRequest): Readonly<Record<string, unknown>> {
  if (method === 'GET') {
    return query;
  }
  if (!isRecord(body)) {
    return {};
  }
  const { parameter } = body as unknown as Parameters;
  if (body.resourceType !== 'Parameters') {
    return body;
  }
  return Object.fromEntries(
    (Array.isArray(parameter) ? parameter : []).map((one) => {
      const key = Object.keys(one).find((name) => name.startsWith('value') || name === 'resource');
      return [one.name, key === undefined ? undefined : (one as unknown as Record<string, unknown>)[key]];
    }),
  );
}
