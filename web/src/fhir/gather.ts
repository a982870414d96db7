/** How long it has to be quiet before what was gathered is passed on, and how long it waits at most: milliseconds. */
interface Pace {
  readonly quietMs: number;
  readonly longestMs: number;
}

/**
 * Gathers what comes in bursts: a sweep writes fifty resources, and what shows them is loaded once or twice instead of
 * fifty times.
 * @param pass - Gets each thing once that came since it was called last.
 */
export function gathering<T>(pass: (gathered: readonly T[]) => void, { quietMs, longestMs }: Pace): (thing: T) => void {
  const gathered = new Set<T>();
  let quiet: ReturnType<typeof setTimeout> | undefined;
  let longest: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    clearTimeout(quiet);
    clearTimeout(longest);
    longest = undefined;
    const all = [...gathered];
    gathered.clear();
    pass(all);
  };
  return (thing) => {
    gathered.add(thing);
    clearTimeout(quiet);
    quiet = setTimeout(flush, quietMs);
    longest ??= setTimeout(flush, longestMs);
  };
}
