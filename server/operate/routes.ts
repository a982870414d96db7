import { isResourceType, isUUID } from '@medplum/core';

/** The words of the server's own paths. Anything else in a path was chosen by a client, and may be a name. */
const WORDS = new Set(
  (
    '.well-known _history _search admin api auth authorize binary bot changepassword client email execute fhir ' +
    'healthcheck introspect invite jwks.json login logout me members metadata metrics mfa newproject newuser oauth2 ' +
    'openid-configuration profile projects resetpassword revoke R4 secrets send setpassword sites smart-configuration ' +
    'status job storage subscriptions-r4 token userinfo v1 webhook ws'
  ).split(' '),
);

const OPERATION = /^\$[a-z][a-z-]{1,39}$/;

/** The path of a request as it may stand in a log: ids and the server's own words; `*` for whatever else a client sent. */
export function loggedPath(url: string): string {
  return mapSegments(url, (segment) =>
    isKnown(segment) || isUUID(segment) || OPERATION.test(segment) ? segment : '*',
  );
}

/**
 * The route of a request for counting: `/fhir/R4/Patient/:id`. There are only so many, whatever clients send: of
 * operations, those that were answered.
 */
export function countedRoute(url: string, status: number): string {
  if (status === 404 && !url.startsWith('/fhir/')) {
    return 'unknown';
  }
  return mapSegments(url, (segment) => {
    if (isKnown(segment) || (status < 400 && OPERATION.test(segment))) {
      return segment;
    }
    return isUUID(segment) ? ':id' : '*';
  });
}

/** No route is deeper; what a client appends beyond is cut off. */
const MAX_SEGMENTS = 8;

function mapSegments(url: string, map: (segment: string) => string): string {
  const segments = (url.split('?', 1)[0] as string).split('/');
  const mapped = segments.slice(0, MAX_SEGMENTS).map((segment) => (segment === '' ? '' : map(segment)));
  return mapped.join('/') + (segments.length > MAX_SEGMENTS ? '/…' : '');
}

function isKnown(segment: string): boolean {
  return WORDS.has(segment) || isResourceType(segment);
}
