/** Something that happened, or will. */
export interface Moment {
  readonly key: string;
  /** An instant. */
  readonly time: string;
}

/** One kind of what stands on a timeline, as far as it has been loaded. */
export interface Source<T extends Moment> {
  readonly moments: readonly T[];
  /** The instant down to which everything is there; undefined where nothing more is to come. */
  readonly reach?: string;
}

/**
 * What can be shown of several kinds at once: the latest first, and nothing before which something may still be missing.
 * @returns Also which sources have to be asked for more to get further.
 */
export function mergeTimeline<T extends Moment>(
  sources: readonly Source<T>[],
): { readonly moments: readonly T[]; readonly short: readonly number[] } {
  const horizon = Math.max(-Infinity, ...sources.flatMap(({ reach }) => (reach ? Date.parse(reach) : [])));
  const moments = sources
    .flatMap((source) => source.moments)
    .filter(({ time }) => Date.parse(time) >= horizon)
    .toSorted((a, b) => Date.parse(b.time) - Date.parse(a.time) || (a.key < b.key ? -1 : 1));
  const short = sources.flatMap(({ reach }, index) => (reach && Date.parse(reach) >= horizon ? [index] : []));
  return { moments, short };
}
