import type { MedplumClient, ProfileResource, WithId } from '@medplum/core';
import { createReference, formatHumanName } from '@medplum/core';
import { codeSystem, ROLES } from '../../../bots/runtime/contract.ts';
import type { Role } from '../../../bots/runtime/contract.ts';

/** Who is signed in, as far as the pages need it. */
export interface Who {
  /** Such as `Practitioner/123`. */
  readonly reference: string;
  readonly name: string;
  readonly kind: 'staff' | 'patient';
  /** Of staff: the codes of their active PractitionerRoles. A project's administrator has all that pages ask for. */
  readonly roles: readonly Role[];
  /** Whose data a patient's pages are about: themself, or whom a related person cares for. `Patient/123`. */
  readonly patient?: string;
  readonly project: string;
}

/** Reads who the session is for. Costs one request for staff. */
export async function whoIs(medplum: MedplumClient, profile: WithId<ProfileResource>): Promise<Who> {
  const reference = createReference(profile).reference;
  const name =
    'name' in profile && Array.isArray(profile.name) && profile.name[0] ? formatHumanName(profile.name[0]) : '';
  const project = medplum.getProject()?.name ?? '';
  if (profile.resourceType === 'Patient') {
    return { reference, name, project, kind: 'patient', roles: [], patient: reference };
  }
  if (profile.resourceType === 'RelatedPerson') {
    return { reference, name, project, kind: 'patient', roles: [], patient: profile.patient.reference ?? '' };
  }
  return { reference, name, project, kind: 'staff', roles: await rolesOf(medplum, reference) };
}

async function rolesOf(medplum: MedplumClient, practitioner: string): Promise<Role[]> {
  const found = await medplum.searchResources('PractitionerRole', { practitioner, active: 'true', _count: '50' });
  const codes = found.flatMap(({ code }) => code ?? []).flatMap(({ coding }) => coding ?? []);
  const named = ROLES.filter((role) =>
    codes.some((coding) => coding.system === codeSystem('role') && coding.code === role),
  );
  return medplum.isProjectAdmin() && !named.includes('administrator') ? ['administrator', ...named] : named;
}
