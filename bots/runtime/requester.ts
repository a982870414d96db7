import type { MedplumClient } from '@medplum/core';
import type { Reference } from '@medplum/fhirtypes';
import { codeSystem, ROLES } from './contract.ts';
import type { Role } from './contract.ts';
import { refuse } from './outcome.ts';

/** Who asked for an operation. */
export interface Requester {
  readonly reference: string;
  /** A program (ClientApplication, Bot) acts for anybody; a person within their role, or for themself. */
  readonly kind: 'program' | 'staff' | 'patient';
  /** Of a member of staff: the codes of their active PractitionerRoles. */
  readonly roles: readonly Role[];
  /** Of a patient or a related person: the one Patient they act for. */
  readonly patient?: string;
}

/** Who may call an operation, beside programs, which may call all of them. */
export interface Who {
  /** Members of staff with one of these roles. */
  readonly staff: readonly Role[];
  /** Whether a patient (or their related person) may, for themself. */
  readonly patients?: boolean;
}

/** Members of staff with one of these roles. */
export const staff = (...roles: Role[]): Who => ({ staff: roles });
/** Members of staff with one of these roles, and patients for themselves. */
export const staffOrPatient = (...roles: Role[]): Who => ({ staff: roles, patients: true });

/**
 * Finds out who a requester is. Costs one request for a person of the staff or a related person, none otherwise.
 * @throws Refusal `forbidden` for whoever has no business here.
 */
export async function identify(fhir: MedplumClient, requester: Reference | undefined): Promise<Requester> {
  const reference = requester?.reference ?? '';
  switch (reference.split('/')[0]) {
    case 'ClientApplication':
    case 'Bot':
      return { reference, kind: 'program', roles: [] };
    case 'Patient':
      return { reference, kind: 'patient', roles: [], patient: reference };
    case 'RelatedPerson': {
      const person = await fhir.readReference({ reference });
      if (person.resourceType !== 'RelatedPerson' || person.active === false) {
        return refuse('forbidden', 'requester', 'This related person is not active.');
      }
      return { reference, kind: 'patient', roles: [], patient: person.patient.reference };
    }
    case 'Practitioner': {
      const found = await fhir.searchResources('PractitionerRole', {
        practitioner: reference,
        active: 'true',
        _count: '50',
      });
      const codes = found.flatMap((role) => role.code ?? []).flatMap((concept) => concept.coding ?? []);
      const system = codeSystem('role');
      const roles = ROLES.filter((role) => codes.some((coding) => coding.system === system && coding.code === role));
      return { reference, kind: 'staff', roles };
    }
    default:
      return refuse('forbidden', 'requester', 'Only a signed-in person or program may do this.');
  }
}

/** @throws Refusal `forbidden` where the rule does not let this requester in. */
export function authorize(who: Who, requester: Requester): void {
  const allowed =
    requester.kind === 'program' ||
    (requester.kind === 'patient' && who.patients === true) ||
    requester.roles.some((role) => who.staff.includes(role));
  if (!allowed) {
    refuse('forbidden', 'requester', `This needs one of the roles ${who.staff.join(', ')}.`);
  }
}

/**
 * A patient acts for themself only.
 * @param patient - Whom the request is about, such as `Patient/123`.
 * @param parameter - The parameter that named them, for the refusal.
 * @throws Refusal `forbidden`.
 */
export function actsFor(requester: Requester, patient: string | undefined, parameter: string): void {
  if (requester.kind === 'patient' && requester.patient !== patient) {
    refuse('forbidden', parameter, 'A patient can do this for themself only.');
  }
}
