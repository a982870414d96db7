/**
 * Which origins of pages may call: every one unless some are given, and then those and the addresses of the server's own.
 * @param own - Addresses, of which the origin counts.
 */
export function originCheck(own: readonly string[], given?: readonly string[]): (origin: string) => boolean {
  if (!given) {
    return () => true;
  }
  const allowed = new Set([...own, ...given].map((address) => new URL(address).origin));
  return (origin) => allowed.has(origin);
}
