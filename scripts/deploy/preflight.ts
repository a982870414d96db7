import { randomUUID } from 'node:crypto';
import type { MedplumClient } from '@medplum/core';
import type { Bundle, Project, ProjectMembership } from '@medplum/fhirtypes';
import { BASE, codeSystem, sid } from '../../bots/runtime/contract.ts';
import type { Bot } from '../lib/bots.ts';

/** The project cannot carry the layer; says what is missing. */
export class PreflightError extends Error {
  readonly missing: readonly string[];

  constructor(missing: readonly string[]) {
    super(`This project cannot carry Careline:\n${missing.map((line) => `  - ${line}`).join('\n')}`);
    this.missing = missing;
  }
}

const FEATURES = ['bots', 'cron', 'transaction-bundles'] as const;

interface Me {
  readonly project: Project;
  readonly membership: ProjectMembership;
}

/**
 * Looks whether a project can carry the layer, before anything is written.
 * @param probe - Whether to prove that transactions are atomic, with one that must fail as a whole.
 * @returns The project's id.
 * @throws PreflightError
 */
export async function preflight(medplum: MedplumClient, bots: readonly Bot[], probe: boolean): Promise<string> {
  const { project, membership } = await medplum.get<Me>('auth/me');
  const missing: string[] = [];
  if (!membership.admin) {
    missing.push('The client must be an administrator of its project (ProjectMembership.admin).');
  }
  for (const feature of FEATURES) {
    if (!project.features?.includes(feature)) {
      missing.push(`The project needs the feature "${feature}" (a super administrator sets Project.features).`);
    }
  }
  if (missing.length === 0) {
    missing.push(...(await foreignOperations(medplum, bots)));
  }
  if (missing.length === 0 && probe && !(await transactionsAreAtomic(medplum))) {
    missing.push('Transactions are not atomic on this server: half of one that failed was kept.');
  }
  if (missing.length > 0 || !project.id) {
    throw new PreflightError(missing);
  }
  return project.id;
}

/** Medplum finds an operation by its code alone, so a second one of the same code would take over its calls. */
async function foreignOperations(medplum: MedplumClient, bots: readonly Bot[]): Promise<string[]> {
  const codes = bots.flatMap(({ definition }) => definition.operation?.code ?? []);
  const found = await medplum.searchResources('OperationDefinition', { code: codes.join(','), _count: '1000' });
  return found
    .filter(({ url }) => !url?.startsWith(`${BASE}/`))
    .map(({ id, code }) => `OperationDefinition/${id} has the code "${code}", which Careline needs, and is not ours.`);
}

/** A transaction of a create and an update that cannot succeed must leave nothing behind. */
async function transactionsAreAtomic(medplum: MedplumClient): Promise<boolean> {
  const system = sid('probe');
  const value = randomUUID();
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        request: { method: 'POST', url: 'Basic' },
        resource: {
          resourceType: 'Basic',
          identifier: [{ system, value }],
          code: { coding: [{ system: codeSystem('probe'), code: 'atomicity' }] },
        },
      },
      {
        request: { method: 'PUT', url: `Basic/${value}` },
        resource: { resourceType: 'Basic', id: value, code: { text: 'This one does not exist' } },
      },
    ],
  };
  await medplum.executeBatch(bundle).catch(() => undefined);
  medplum.invalidateAll();
  const left = await medplum.searchResources('Basic', { identifier: `${system}|${value}` });
  for (const { id } of left) {
    await medplum.deleteResource('Basic', id);
  }
  return left.length === 0;
}
