import type { JSX } from 'react';
import type { State } from './entries.ts';

/** One line drawing for each state, so that colour is not the only sign. 16 × 16. */
const PATHS: Readonly<Record<State, string>> = {
  free: 'M8 3v10M3 8h10',
  held: 'M4 2h8M4 14h8M5 2c0 4 6 4 6 6s-6 2-6 6M11 2c0 4-6 4-6 6s6 2 6 6',
  booked: 'M3 4h10v9H3zM3 7h10M6 2v3M10 2v3',
  arrived: 'M8 5a2 2 0 1 0 0-.01M3.5 14c0-3 2-5 4.500-5s4.500 2 4.500 5',
  inProgress: 'M5 3l8 5-8 5z',
  done: 'M3 8.500l3.500 3.500L13 4.500',
  noshow: 'M4 4l8 8M12 4l-8 8',
  cancelled: 'M3 8h10',
  blocked: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM3.800 3.800l8.400 8.400',
  unused: 'M4 8h8',
  shut: 'M5 7V5a3 3 0 0 1 6 0v2M4 7h8v6H4z',
};

/** Decoration: the state's name stands beside it. */
export function StateIcon({ state }: { readonly state: State }): JSX.Element {
  return (
    <svg className="state-icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" focusable="false">
      <path d={PATHS[state]} />
    </svg>
  );
}
