import type { Buffer } from 'node:buffer';

/** What patients may send: pictures, PDFs, sound and film. Nothing that a browser would run. */
const FAMILIES: readonly { readonly types: readonly string[]; readonly is: (bytes: Buffer) => boolean }[] = [
  { types: ['image/jpeg', 'image/jpg'], is: (bytes) => starts(bytes, [0xff, 0xd8, 0xff]) },
  { types: ['image/png'], is: (bytes) => starts(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
  { types: ['image/gif'], is: (bytes) => /^GIF8[79]a/.test(latin(bytes, 0, 6)) },
  { types: ['image/webp'], is: (bytes) => latin(bytes, 0, 4) === 'RIFF' && latin(bytes, 8, 12) === 'WEBP' },
  { types: ['image/heic', 'image/heif'], is: (bytes) => /^ftyp(hei|hev|mif|msf)/.test(latin(bytes, 4, 12)) },
  { types: ['application/pdf'], is: (bytes) => latin(bytes, 0, 5) === '%PDF-' },
  { types: ['audio/ogg'], is: (bytes) => latin(bytes, 0, 4) === 'OggS' },
  {
    types: ['audio/mpeg', 'audio/mp3', 'audio/aac'],
    is: (bytes) => latin(bytes, 0, 3) === 'ID3' || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0),
  },
  { types: ['audio/amr'], is: (bytes) => latin(bytes, 0, 5) === '#!AMR' },
  {
    types: ['audio/mp4', 'audio/m4a', 'audio/x-m4a', 'audio/3gpp', 'video/mp4', 'video/3gpp', 'video/quicktime'],
    is: (bytes) => latin(bytes, 4, 8) === 'ftyp',
  },
];

/**
 * The type of what somebody sent, if it is one that is taken and its first bytes say the same.
 * @param named - What the sender's side calls it, such as `audio/ogg; codecs=opus`.
 */
export function mediaTypeOf(named: string, bytes: Buffer): string | undefined {
  const type = named.split(';')[0]?.trim().toLowerCase() ?? '';
  return FAMILIES.find(({ types }) => types.includes(type))?.is(bytes) ? type : undefined;
}

const starts = (bytes: Buffer, first: readonly number[]): boolean => first.every((byte, at) => bytes[at] === byte);

const latin = (bytes: Buffer, from: number, to: number): string => bytes.toString('latin1', from, to);
