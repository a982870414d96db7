import type { Session } from '../auth/session.ts';
import { pathOf } from './messages.ts';
import type { ApiRequest, ApiResponse } from './messages.ts';

/** What stands in the places that a path leaves open: `/Bot/:id` gives `id`. */
export type PathParams = Record<string, string>;

/** A route that anybody may call. */
export interface OpenRoute {
  method: string;
  path: string;
  handle(request: ApiRequest, params: PathParams): Promise<ApiResponse>;
}

/** A route for members of a project. */
export interface SessionRoute {
  method: string;
  path: string;
  handle(request: ApiRequest, session: Session, params: PathParams): Promise<ApiResponse>;
}

interface Route {
  method: string;
  path: string;
}

/** Finds the route for a request, in the order in which they were given. */
export class RouteTable<R extends Route> {
  private readonly routes: { route: R; segments: string[] }[];

  constructor(routes: readonly R[]) {
    this.routes = routes.map((route) => ({ route, segments: route.path.split('/') }));
  }

  /** The first route for this method and path, with what its open places hold. */
  match(request: ApiRequest): { route: R; params: PathParams } | undefined {
    const parts = pathOf(request).split('/');
    for (const { route, segments } of this.routes) {
      const params = route.method === request.method ? matchSegments(segments, parts) : undefined;
      if (params) {
        return { route, params };
      }
    }
    return undefined;
  }
}

function matchSegments(segments: readonly string[], parts: readonly string[]): PathParams | undefined {
  const params: PathParams = {};
  for (const [i, segment] of segments.entries()) {
    const part = parts[i];
    if (part === undefined || (segment.startsWith(':') ? part === '' : part !== segment)) {
      return undefined;
    }
    if (segment.startsWith(':')) {
      params[segment.slice(1)] = part;
    }
  }
  return segments.length === parts.length ? params : undefined;
}
