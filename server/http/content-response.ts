import type { Binary } from '@medplum/fhirtypes';
import { withCharset } from './body.ts';
import { versionHeaders } from './messages.ts';
import type { Streamed } from './messages.ts';

/** What a browser may show in its own window; everything else it saves. */
const SHOWN = /^(image\/(?!svg)|audio\/|video\/|text\/plain\b|application\/pdf\b)/i;

/**
 * The content of a Binary as it was uploaded. Whatever it is, a browser must neither run it as a page of this server nor
 * guess what it is.
 */
export function contentResponse(
  { contentType, meta }: Binary,
  stored: Streamed,
): { status: number; headers: Record<string, string>; body: Streamed } {
  return {
    status: 200,
    headers: {
      'content-type': withCharset(contentType),
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'content-disposition': SHOWN.test(contentType) ? 'inline' : 'attachment',
      ...versionHeaders({ meta }),
    },
    body: stored,
  };
}
