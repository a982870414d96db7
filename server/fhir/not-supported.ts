import type { OperationOutcome } from '@medplum/fhirtypes';

/** The operations that Medplum has and this server has not, by name. `docs/embedded-server.md` lists them too. */
export const MEDPLUM_OPERATIONS: readonly string[] = [
  ...['ai', 'apply', 'aws-textract', 'book', 'bulk-status', 'cancel', 'ccda-export', 'clone', 'confirm', 'csv'],
  ...['evaluate-measure', 'expand-profile', 'export', 'expunge', 'extract', 'fetch-logs', 'find', 'graph', 'hold'],
  ...['import', 'init', 'install', 'match', 'presigned-url', 'push', 'rate-limits'],
  ...['refresh-reference-display', 'reindex', 'reload-config', 'rescope', 'resend', 'rotate-secret', 'set-accounts'],
  ...['smart-launch', 'stats', 'status', 'subsumes', 'summary', 'translate', 'update-email', 'upgrade', 'versions'],
];

/** Parts of Medplum beside FHIR that this server has not. */
const MEDPLUM_ROUTES = /^\/(cds-services|dicom|fhircast|keyvalue|mcp|openapi\.json|scim|ws)(\/|$)/;

/** Is this path below `/fhir/R4` an operation of Medplum's that is not here? Asked when nothing else knows it. */
export function isMedplumOperation(url: string): boolean {
  const operation = url
    .split('?', 1)[0]
    ?.split('/')
    .find((segment) => segment.startsWith('$'));
  return operation !== undefined && MEDPLUM_OPERATIONS.includes(operation.slice(1));
}

/** Is this path of the server's a part of Medplum that is not here? */
export const isMedplumRoute = (path: string): boolean => MEDPLUM_ROUTES.test(path);

/** What is refused because this server has no such thing. */
export function notSupported(text: string, expression?: string): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'error',
        code: 'not-supported',
        details: { text },
        ...(expression ? { expression: [expression] } : {}),
      },
    ],
  };
}
