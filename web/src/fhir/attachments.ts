import type { Attachment, Communication } from '@medplum/fhirtypes';
import type { MedplumClient } from '@medplum/core';
import { isDefined } from '@medplum/core';

/** What a file is, as a person would say it. */
export type FileKind = 'picture' | 'recording' | 'video' | 'file';

export function fileKind({ contentType = '' }: Attachment): FileKind {
  const [kind] = contentType.split('/');
  return kind === 'image' ? 'picture' : kind === 'audio' ? 'recording' : kind === 'video' ? 'video' : 'file';
}

/** Pictures that a browser draws and that can carry no script; any other file is saved instead. */
const DRAWN = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
export const isDrawn = ({ contentType }: Attachment): boolean => DRAWN.includes(contentType ?? '');

/** The files that came with a message, or were to come. */
export const attachmentsOf = ({ payload = [] }: Communication): Attachment[] =>
  payload.map(({ contentAttachment }) => contentAttachment).filter(isDefined);

/**
 * The content of a file, as whoever is signed in may read it. It is of the type that the resource says, whatever the
 * server calls it: what is shown as a picture is never run as a page.
 */
export async function contentOf(medplum: MedplumClient, { url, data, contentType }: Attachment): Promise<Blob> {
  const content = url ? await medplum.download(url) : Uint8Array.from(atob(data ?? ''), (sign) => sign.charCodeAt(0));
  return new Blob([content], { type: contentType ?? 'application/octet-stream' });
}

/** Saves a file in the browser under a name; it is not opened. */
export function saveAs(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}

/** A file as an address that holds it whole, `data:…`. */
export function dataUrlOf(content: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error('The file cannot be read.'));
    reader.readAsDataURL(content);
  });
}
