import type { Bundle, BundleEntry, OperationOutcome, Resource } from '@medplum/fhirtypes';
import type { Answer } from './story.ts';
import { namesOf } from './variables.ts';
import type { Variables } from './variables.ts';

const HEADERS = [
  ...['content-type', 'etag', 'last-modified', 'location', 'content-location', 'www-authenticate'],
  ...['accept-ranges', 'content-range'],
];

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** What of an answer is compared. */
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Reduces an answer to what two servers must have in common. */
export function digest(
  { status, headers, text }: Received,
  path: string,
  baseUrl: string,
  variables: Variables,
): Answer {
  const hide = hider(baseUrl, variables);
  const kept = HEADERS.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, hide(name === 'last-modified' ? '{date}' : value)]];
  });
  return {
    status,
    headers: Object.fromEntries(kept) as Record<string, string>,
    ...(text !== '' && { body: bodyOf(text, path, variables.get('run'), hide) }),
  };
}

function bodyOf(text: string, path: string, run: unknown, hide: (text: string) => string): unknown {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return /^\s*<!doctype html/i.test(text) ? '{html}' : hide(text);
  }
  const { resourceType } = (body ?? {}) as { resourceType?: string };
  if (resourceType === 'OperationOutcome') {
    return outcomeOf(body as OperationOutcome, hide);
  }
  if (resourceType === 'Bundle' && (body as Bundle).type !== 'collection') {
    return bundleOf(body as Bundle, path, hide);
  }
  return hidden(withoutCommonMeta(body, run), hide);
}

/** Without the `meta` that says only what the headers and this run's tag say. */
function withoutCommonMeta(body: unknown, run: unknown): unknown {
  const { meta, ...rest } = (body ?? {}) as Resource;
  const { versionId, lastUpdated, tag, ...others } = meta ?? {};
  const common = versionId && lastUpdated && Object.keys(others).length === 0;
  return common && (tag ?? []).every(({ code }) => code === run) ? rest : body;
}

/** `id: severity code @expression` for each issue. The wording is for people, and each server's own. */
function outcomeOf({ id, issue }: OperationOutcome, hide: (text: string) => string): string[] {
  const known = id && !UUID.test(id) ? `${id}: ` : '';
  UUID.lastIndex = 0;
  return issue.map(({ severity, code, expression }) =>
    hide(`${known}${severity} ${code}${expression ? ` @${expression.join(',')}` : ''}`),
  );
}

function bundleOf({ type, total, link, entry }: Bundle, path: string, hide: (text: string) => string): object {
  const entries = entry?.map((item) => entryOf(item, hide));
  // Without _sort there is no order that a client could rely on.
  const ordered = type === 'searchset' && !path.includes('_sort') ? entries?.sort(byText) : entries;
  return {
    bundle: type,
    ...(total !== undefined && { total }),
    // What a client follows.
    ...(link?.some(({ relation }) => relation === 'next') && { next: true }),
    ...(ordered && ordered.length > 0 && { entries: ordered }),
  };
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

function entryOf({ search, response, resource, request }: BundleEntry, hide: (text: string) => string): string {
  const what = resource && resourceIn(resource, hide);
  if (search) {
    return `${search.mode} ${what}`;
  }
  const outcome = response?.outcome;
  const issues = outcome && Number(response?.status) >= 400 ? outcomeOf(outcome, hide) : [];
  return [
    ...(request ? [hide(`${request.method} ${request.url}:`)] : []),
    response?.status ?? '',
    ...issues,
    ...(response?.location ? [`at ${hide(response.location)}`] : []),
    ...(what ? [`with ${what}`] : []),
  ].join(' ');
}

function resourceIn(resource: Resource, hide: (text: string) => string): string {
  switch (resource.resourceType) {
    case 'Bundle':
      return JSON.stringify(bundleOf(resource, '', hide));
    case 'OperationOutcome':
      return outcomeOf(resource, hide).join();
    default:
      return hide(`${resource.resourceType}/${resource.id}`);
  }
}

function hidden(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === 'string') {
    return hide(value);
  }
  if (typeof value === 'number' && Math.abs(value * 1000 - Date.now()) < 7_200_000) {
    return '{seconds}';
  }
  if (Array.isArray(value)) {
    return value.map((item) => hidden(item, hide));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        // A display is the name that the project's people gave to something.
        .filter(([key, item]) => key !== 'display' && !(key === 'extensions' && JSON.stringify(item) === '{}'))
        .map(([key, item]) => [key, hidden(item, hide)]),
    );
  }
  return value;
}

/** Replaces what differs from run to run. */
function hider(baseUrl: string, variables: Variables): (text: string) => string {
  const names = namesOf(variables);
  return (text) =>
    text
      .replaceAll(baseUrl, '{base}')
      .replace(UUID, (id) => names.get(id) ?? '{uuid}')
      .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '{jwt}')
      .replace(/\b[0-9a-f]{64}\b/g, '{secret}')
      .replace(/\b[0-9a-f]{32}\b/g, '{code}')
      .replace(/(?<=[?&])Expires=\d{10,}(&Project={\w+})?&Signature=[\w%+/.=~-]+/g, '{signature}')
      .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, (time) =>
        Math.abs(Date.parse(time) - Date.now()) < 3_600_000 ? '{instant}' : time,
      );
}
