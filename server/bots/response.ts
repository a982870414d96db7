import {
  allOk,
  badRequest,
  ContentType,
  isOk,
  isOperationOutcome,
  isResource,
  OperationOutcomeError,
} from '@medplum/core';
import type { Parameters, Resource } from '@medplum/fhirtypes';
import { mediaType, withCharset } from '../http/body.ts';
import { fhirJson, json, outcomeResponse, versionHeaders } from '../http/messages.ts';
import type { ApiResponse } from '../http/messages.ts';
import type { BotResult } from './types.ts';

/** Text that came in as one of these goes out as the same. */
const MIRRORED_TYPES = new Set<string>([ContentType.TEXT, ContentType.HL7_V2]);

/**
 * The answer to whoever called a bot over HTTP: a resource as FHIR, a Binary as its content, an error outcome with the
 * status of its id, anything else as it is.
 */
export function botResponse(result: BotResult, requestType: string | undefined): ApiResponse {
  const value = returnValueOf(result);
  if (isOperationOutcome(value) && !isOk(value)) {
    return outcomeResponse(value);
  }
  const status = result.success ? 200 : 400;
  if (isResource(value)) {
    return resourceResponse(status, value);
  }
  const type = mediaType(requestType);
  return json(status, bodyOf(value), MIRRORED_TYPES.has(type) ? { 'content-type': withCharset(type) } : {});
}

/** The same answer as the output of an AsyncJob. */
export function botOutput(result: BotResult): Parameters {
  const value = returnValueOf(result);
  if (isOperationOutcome(value)) {
    return { resourceType: 'Parameters', parameter: [{ name: 'outcome', resource: value }] };
  }
  if (typeof value === 'boolean') {
    return { resourceType: 'Parameters', parameter: [{ name: 'responseBody', valueBoolean: value }] };
  }
  return { resourceType: 'Parameters', parameter: [{ name: 'responseBody', valueString: bodyOf(value) }] };
}

function returnValueOf({ success, log, returnValue }: BotResult): unknown {
  return returnValue === undefined ? (success ? allOk : badRequest(log)) : returnValue;
}

function resourceResponse(status: number, resource: Resource): ApiResponse {
  if (resource.resourceType === 'Binary' && resource.data) {
    return {
      status,
      headers: { 'content-type': withCharset(resource.contentType) },
      body: new Uint8Array(Buffer.from(resource.data, 'base64')),
    };
  }
  return fhirJson(status, bodyOf(resource), versionHeaders(resource));
}

/** Strings go out unquoted, as Medplum sends them. */
function bodyOf(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  if (value === null) {
    return '';
  }
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    throw new OperationOutcomeError(badRequest('The bot returned a value that cannot be written as JSON'));
  }
}
