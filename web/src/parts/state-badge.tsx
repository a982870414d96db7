import { Badge } from '@mantine/core';
import type { JSX, ReactNode } from 'react';

/** The state of something in words; its colour only repeats them. Never cut short, however narrow the page. */
export function StateBadge({ color, children }: { readonly color: string; readonly children: ReactNode }): JSX.Element {
  return (
    <Badge color={color} variant="outline" miw="max-content">
      {children}
    </Badge>
  );
}
