import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from '../http/log.ts';
import type { Metrics } from './metrics.ts';
import { countedRoute, loggedPath } from './routes.ts';

/** Gives each request an id, counts it, and logs its path: never the query or the body, which may name a patient. */
export function observe(log: Logger, metrics: Metrics) {
  return (req: Request, res: Response, next: NextFunction): void => {
    const began = performance.now();
    const id = randomUUID();
    const { method, url } = req;
    res.setHeader('X-Request-Id', id);
    res.on('close', () => {
      const ms = performance.now() - began;
      const status = res.statusCode;
      metrics.countRequest({ method, route: countedRoute(url, status), status, ms });
      log.info('request', { id, method, route: loggedPath(url), status, ms: Math.round(ms) });
    });
    next();
  };
}
