import { accepted, normalizeErrorString, OperationOutcomeError } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { FhirRepository } from '@medplum/fhir-router';
import type { AsyncJob, Parameters } from '@medplum/fhirtypes';
import type { Background } from '../http/background.ts';
import { outcomeResponse } from '../http/messages.ts';
import type { ApiResponse } from '../http/messages.ts';

export interface AsyncJobOptions {
  baseUrl: string;
  /** The caller's: it must be allowed to have AsyncJobs. */
  repository: FhirRepository;
  /** The server's, to write down how the job ended. */
  system: FhirRepository;
  background: Background;
  /** The server's time. */
  now: () => Date;
}

/** Starts work that the caller does not wait for, and answers at once where to ask for its result. */
export async function respondAsync(
  url: string,
  options: AsyncJobOptions,
  work: () => Promise<Parameters>,
): Promise<ApiResponse> {
  const { baseUrl, repository, system, background, now } = options;
  const job = await repository.createResource<AsyncJob>({
    resourceType: 'AsyncJob',
    status: 'accepted',
    request: `${baseUrl}/fhir/R4/${url.replace(/^\//, '')}`,
    requestTime: now().toISOString(),
  });
  background.run(async () => {
    const ended = await end(work);
    await system.updateResource<AsyncJob>({ ...job, ...ended, transactionTime: now().toISOString() });
  });
  const location = jobLocation(baseUrl, job);
  return outcomeResponse(accepted(location), { 'content-location': location });
}

/** Where a job's status is read. */
export function jobLocation(baseUrl: string, job: WithId<AsyncJob>): string {
  return `${baseUrl}/fhir/R4/job/${job.id}/status`;
}

async function end(work: () => Promise<Parameters>): Promise<Pick<AsyncJob, 'status' | 'output'>> {
  try {
    return { status: 'completed', output: await work() };
  } catch (err) {
    const parameter =
      err instanceof OperationOutcomeError
        ? { name: 'outcome', resource: err.outcome }
        : { name: 'error', valueString: normalizeErrorString(err) };
    return { status: 'error', output: { resourceType: 'Parameters', parameter: [parameter] } };
  }
}

/** Ends the jobs that were under way when the server went down: nobody goes on with them, and who asks shall know. */
export async function endInterrupted(system: FhirRepository, now: () => Date): Promise<void> {
  const open = await system.searchResources<AsyncJob>({
    resourceType: 'AsyncJob',
    count: 1000,
    filters: [{ code: 'status', operator: 'eq', value: 'accepted,active' }],
  });
  for (const job of open) {
    await system.updateResource<AsyncJob>({ ...job, status: 'error', transactionTime: now().toISOString() });
  }
}
