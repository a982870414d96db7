import type { Difference } from './differences.ts';

/** The methods that requests are made with. */
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * An answer, reduced to what two servers must have in common: `{name}` stands for the id of what an earlier step made,
 * `{name.version}` for its version, `{uuid}`, `{instant}`, `{date}`, `{seconds}`, `{jwt}`, `{secret}`, `{code}` and `{signature}` for what a
 * server makes up.
 */
export interface Answer {
  readonly status: number;
  /** Those that clients act on; a header that is absent here is absent there. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * An OperationOutcome as one string for each issue, a bundle by its entries, anything else as it is. Absent for an
   * empty body.
   */
  readonly body?: unknown;
}

/** What a step is to be answered. */
export interface Answers {
  /** What Medplum answers. */
  readonly expect: Answer;
  /** What the embedded server answers instead, where that is meant. */
  readonly here?: { readonly because: Difference; readonly answer: Answer };
}

/** One request, and what it is to be answered. */
export interface Step extends Answers {
  readonly name: string;
  /** Method and path below `/fhir/R4/`, or below the root where it begins with a slash: `GET Patient/{ada.id}`. */
  readonly send: `${Method} ${string}`;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string goes out as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Who asks: the administrator unless named. `client` is a ClientApplication that an earlier step kept. */
  readonly as?: 'nobody' | { readonly client: string };
  /** Keeps the body under a name: later steps use `{name.id}` or any other path into it. */
  readonly keep?: string;
  /** The answer may take a while (Subscriptions, jobs): asked again until it is as expected. */
  readonly eventually?: boolean;
}

/** Requests in their order, on one subject. */
export interface Story {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** Marks what a run makes, so that its searches find nothing else. */
export const TAG = { tag: [{ system: 'urn:careline:differential', code: '{run}' }] } as const;

const FHIR_JSON = { 'content-type': 'application/fhir+json; charset=utf-8' };

/** A FHIR resource that is not versioned, a bundle for one. */
export const fhir = (status: number, body: unknown): Answer => ({ status, headers: FHIR_JSON, body });

/** An OperationOutcome: `not-found: error not-found`, with ` @expression` where Medplum names one. */
export const outcome = (status: number, ...issues: string[]): Answer => fhir(status, issues);

/** The matches of a search, all on one page. */
export const found = (...matches: string[]): Answer =>
  fhir(200, { bundle: 'searchset', ...(matches.length > 0 && { entries: matches.map((match) => `match ${match}`) }) });

/** A resource with what tells its version, and whatever other headers. */
export const resource = (status: number, version: string, body?: unknown, headers: Answer['headers'] = {}): Answer => ({
  status,
  headers: { ...FHIR_JSON, etag: `W/"${version}"`, 'last-modified': '{date}', ...headers },
  ...(body !== undefined && { body }),
});

/** Anything else. */
export const answer = (status: number, contentType: string | undefined, body?: unknown): Answer => ({
  status,
  headers: contentType === undefined ? {} : { 'content-type': contentType },
  ...(body !== undefined && { body }),
});
