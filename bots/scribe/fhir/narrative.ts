import { escapeHtml } from '@medplum/core';
import type { Narrative } from '@medplum/fhirtypes';
import { cleaned } from './cleaned.ts';

/** A text as FHIR narrative: a paragraph for each block between blank lines, a break for each line. */
export function narrative(text: string): Narrative {
  const blocks = cleaned(text)
    .replace(/\r\n?/g, '\n')
    .trim()
    .split(/\n\s*\n/);
  const paragraphs = blocks.map((block) => `<p>${block.split('\n').map(escapeHtml).join('<br/>')}</p>`);
  return { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${paragraphs.join('')}</div>` };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** The words of a narrative, also of one that a clinician's editor wrote: markup becomes line breaks. */
export function plainText(narrative: Narrative | undefined): string {
  return (narrative?.div ?? '')
    .replace(/<\/(p|div|li|tr|h[1-6])>/gi, '\n\n')
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi, entity)
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function entity(whole: string, hex?: string, decimal?: string, name?: string): string {
  const point = hex ? parseInt(hex, 16) : decimal ? parseInt(decimal, 10) : undefined;
  if (point !== undefined) {
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  }
  return ENTITIES[name?.toLowerCase() ?? ''] ?? whole;
}
