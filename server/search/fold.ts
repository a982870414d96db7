/** Longer values are cut: nobody searches for the thousandth letter, and keys stay small. */
const MAX_LENGTH = 500;

/** The form in which strings are compared: without case and accents, as FHIR wants it. */
export function fold(value: string): string {
  const plain = /^[\u0020-\u007e]*$/.test(value) ? value : value.normalize('NFD').replace(/\p{M}/gu, '');
  return clip(plain.toLowerCase().trim().replace(/\s+/g, ' '));
}

/** Cuts a value to what an index keeps of it. */
export function clip(value: string): string {
  return value.length > MAX_LENGTH ? value.slice(0, MAX_LENGTH) : value;
}

/** The first string that is greater than all that begin with `prefix`. */
export function prefixEnd(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}
