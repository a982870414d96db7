import { badRequest, contentTooLarge, ContentType, OperationOutcomeError } from '@medplum/core';
import { toRecord } from './messages.ts';

/** Deeper than any FHIR resource; what goes beyond would exhaust the stack of whoever walks it. */
const MAX_DEPTH = 200;

const TEXT_TYPES = new Set<string>([ContentType.TEXT, ContentType.HL7_V2]);

/** The media type without its parameters. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

/**
 * A content type as it may stand in a header, whoever chose it. Text goes out as UTF-8, and JSON always is, where it does
 * not say so itself.
 */
export function withCharset(contentType: string | undefined): string {
  if (contentType === undefined || !/^[\x20-\x7e]+$/.test(contentType)) {
    return ContentType.OCTET_STREAM;
  }
  const isText = /^text\//i.test(contentType) || isJson(contentType);
  return isText && !/charset=/i.test(contentType) ? `${contentType}; charset=utf-8` : contentType;
}

/** Is this content to be parsed as JSON? */
export function isJson(contentType: string | undefined): boolean {
  const type = mediaType(contentType);
  return type === ContentType.JSON || type.endsWith('+json');
}

/**
 * Parses a body by its content type, as Medplum does: JSON to its value, forms to an object, plain text and HL7 v2 to a
 * string, anything else to an empty object.
 */
export function parseBody(contentType: string | undefined, content: Uint8Array | string): unknown {
  const type = mediaType(contentType);
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('utf8');
  if (isJson(type)) {
    assertCharset(contentType);
    return text.trim() === '' ? {} : parseJson(text);
  }
  if (TEXT_TYPES.has(type)) {
    return text;
  }
  if (type === (ContentType.FORM_URL_ENCODED as string)) {
    return toRecord(new URLSearchParams(text));
  }
  return {};
}

/** JSON is UTF-8; read as anything else it would become something else. */
function assertCharset(contentType: string | undefined): void {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(contentType ?? '')?.[1];
  if (charset && !['utf-8', 'utf8', 'us-ascii'].includes(charset.toLowerCase())) {
    throw new OperationOutcomeError(badRequest(`Unsupported charset ${charset}`));
  }
}

function parseJson(text: string): unknown {
  if (isTooDeep(text)) {
    throw new OperationOutcomeError(badRequest(`Content is nested deeper than ${MAX_DEPTH} levels`));
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new OperationOutcomeError(badRequest('Content could not be parsed'));
  }
}

/** Counts brackets outside of strings, without building anything. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === 0x5c) {
        i++;
      } else if (char === 0x22) {
        inString = false;
      }
    } else if (char === 0x22) {
      inString = true;
    } else if (char === 0x7b || char === 0x5b) {
      if (++depth > MAX_DEPTH) {
        return true;
      }
    } else if (char === 0x7d || char === 0x5d) {
      depth--;
    }
  }
  return false;
}

/** Medplum's `maxJsonSize`: what is larger is content, and belongs into a Binary. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** How large the content of a Binary may be. */
export const MAX_CONTENT_BYTES = 100 * 1024 * 1024;

/** Is the body of this request content to be kept as it is, and not a message to be understood? */
export function isContent(method: string, url: string): boolean {
  const pattern =
    method === 'POST' ? /^(\/api)?\/fhir\/R4\/Binary\/?(\?|$)/ : /^(\/api)?\/fhir\/R4\/Binary\/[^/?]+\/?(\?|$)/;
  return (method === 'POST' || method === 'PUT') && pattern.test(url);
}

/** A body as it came in. */
export interface RawBody {
  method: string;
  url: string;
  contentType: string | undefined;
  content: Uint8Array;
}

/** The body that a route gets. Throws an OperationOutcome for one that is too large or malformed. */
export function parseRequestBody({ method, url, contentType, content }: RawBody): unknown {
  const keep = isContent(method, url);
  if (content.byteLength > (keep ? MAX_CONTENT_BYTES : MAX_MESSAGE_BYTES)) {
    throw new OperationOutcomeError(contentTooLarge('Request body too large'));
  }
  return keep ? content : parseBody(contentType, content);
}
