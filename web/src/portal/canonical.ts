/** The search for a canonical: its url, and its version where it names one. */
export function canonicalQuery(canonical: string): Record<string, string> {
  const [url = '', version] = canonical.split('|');
  return { url, ...(version && { version }), _sort: '-_lastUpdated', _count: '1' };
}
