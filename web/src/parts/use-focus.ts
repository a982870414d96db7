import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';

/**
 * Gives the focus to a control when it comes into view. A moment later, not by `autoFocus`: a dialog around it has to
 * note first where the focus was, so that it can go back there.
 */
export function useFocus<T extends HTMLElement>(): RefObject<T | null> {
  const control = useRef<T>(null);
  useEffect(() => {
    const timer = setTimeout(() => control.current?.focus());
    return () => clearTimeout(timer);
  }, []);
  return control;
}
