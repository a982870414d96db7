import { Component } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'react-router';
import type { JSX } from 'react';
import { ErrorNotice } from './error.tsx';

interface BoundaryProps {
  readonly children: ReactNode;
}

/** A page that breaks, or whose code cannot be loaded, does not take the others along. */
class Boundary extends Component<BoundaryProps, { readonly error?: unknown }> {
  override state: { readonly error?: unknown } = {};

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === undefined ? (
      this.props.children
    ) : (
      // The code of a page that failed to load is asked for again only by a page that starts anew.
      <ErrorNotice error={error} retry={() => window.location.reload()} />
    );
  }
}

/** A boundary for errors that begins anew on every page. */
export function RouteErrors({ children }: BoundaryProps): JSX.Element {
  const { pathname } = useLocation();
  return <Boundary key={pathname}>{children}</Boundary>;
}
