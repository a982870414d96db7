import { Alert } from '@mantine/core';
import type { JSX, ReactNode } from 'react';
import { useFocus } from './use-focus.ts';

interface DoneProps {
  readonly title?: string;
  /** Whether it takes the focus: where what somebody did it with is gone. */
  readonly focused?: boolean;
  readonly children: ReactNode;
}

/** Says that something is done, to screen readers too. */
export function Done({ title, focused = true, children }: DoneProps): JSX.Element {
  return (
    <Alert role="status" color="green" title={title}>
      {focused ? <Focused>{children}</Focused> : children}
    </Alert>
  );
}

function Focused({ children }: { readonly children: ReactNode }): JSX.Element {
  const words = useFocus<HTMLDivElement>();
  return (
    <div ref={words} tabIndex={-1} data-done>
      {children}
    </div>
  );
}
