import type { MedplumClient } from '@medplum/core';
import type { ProjectMembership } from '@medplum/fhirtypes';
import { PreflightError } from './preflight.ts';
import { removeInstalled } from './remove.ts';
import { Report } from './report.ts';

/**
 * Takes the layer out of a Medplum project: what deploy installed goes, everything else stays, what the clinic edited
 * included. Broken off, it is finished by the next time.
 * @param medplum - Signed in as an administrator of the project.
 * @throws PreflightError before anything is removed, if the client may not.
 */
export async function undeploy(medplum: MedplumClient, { dryRun = false } = {}): Promise<Report> {
  const { membership } = await medplum.get<{ membership: ProjectMembership }>('auth/me');
  if (!membership.admin) {
    throw new PreflightError(['The client must be an administrator of its project (ProjectMembership.admin).']);
  }
  const report = new Report();
  await removeInstalled(medplum, new Set(), report, dryRun);
  return report;
}
