import { createContext, useContext, useEffect } from 'react';

/** Counts what of a note is being edited: plus one when an editor opens, minus one when it closes. */
export const Unsaved = createContext<(change: 1 | -1) => void>(() => undefined);

/** Counts this editor among those that are open, for as long as it is. */
export function useUnsaved(): void {
  const count = useContext(Unsaved);
  useEffect(() => {
    count(1);
    return () => count(-1);
  }, [count]);
}
