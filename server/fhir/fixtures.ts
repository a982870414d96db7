import type { Bundle, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { randomUUID } from 'node:crypto';
import type { RequestContext } from '../context.ts';
import { openStore } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import type { FhirHttpRequest, FhirService, FhirServiceOptions } from './service.ts';
import { createFhirService } from './service.ts';

/** What tests of the FHIR service work on: a service on a store in memory, with a clock that they own. */
export interface Fixture {
  store: Store;
  service: FhirService;
  clock: { now(): number; advance(milliseconds: number): void };
  context: RequestContext;
  /** Sends a request and parses its answer. */
  send: <T = Resource>(
    method: FhirHttpRequest['method'],
    url: string,
    body?: unknown,
    headers?: object,
  ) => Promise<Answer<T>>;
}

export interface Answer<T> {
  status: number;
  headers: Record<string, string>;
  body: T;
}

/** Makes a fixture; a data folder makes it durable. */
export function makeFixture(options: Partial<FhirServiceOptions> & { dataDir?: string } = {}): Fixture {
  let now = Date.parse('2026-03-02T09:00:00.000Z');
  const clock = {
    now: () => now,
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
  };
  const store = openStore({ dataDir: options.dataDir, clock });
  const service = createFhirService(store, { clock, baseUrl: 'http://test', observers: options.observers });
  const context = memberContext();
  const send = sender(service, context);
  return { store, service, clock, context, send };
}

/** A requester in a project of their own, who may do everything in it but administrate. */
export function memberContext(fields: Partial<RequestContext> = {}): RequestContext {
  return { projectId: randomUUID(), author: { reference: `Practitioner/${randomUUID()}` }, admin: false, ...fields };
}

/** Sends requests as somebody. */
export function sender(service: FhirService, context: RequestContext): Fixture['send'] {
  return async <T>(method: FhirHttpRequest['method'], url: string, body?: unknown, headers: object = {}) => {
    const response = await service.handle({ method, url, body, headers: { ...headers } }, context);
    const text = response.body as string;
    return { ...response, body: (text === '' ? undefined : JSON.parse(text)) as T };
  };
}

/** The resources of a search's bundle, by some property that tells them apart. */
export function idsOf(bundle: Bundle): string[] {
  return (bundle.entry ?? []).map((entry) => entry.resource?.id ?? '');
}

/** The text of an outcome's first issue. */
export function issueText(outcome: OperationOutcome): string {
  return outcome.issue[0]?.details?.text ?? '';
}
