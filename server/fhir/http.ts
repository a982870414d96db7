import type { HttpMethod } from '@medplum/fhir-router';
import type { IncomingHttpHeaders } from 'node:http';
import type { Streamed } from '../http/messages.ts';

/** A request as it came in: `url` is what follows `/fhir/R4`, query included; `body` is parsed JSON where it is JSON. */
export interface FhirHttpRequest {
  method: HttpMethod;
  url: string;
  headers: IncomingHttpHeaders;
  body?: unknown;
}

/** An answer, ready to be sent: the body is serialised, and `headers` has its content type. */
export interface FhirHttpResponse {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array | Streamed;
}
