import { forbidden } from '@medplum/core';
import type { NextFunction, Request, Response } from 'express';
import { outcomeResponse } from '../http/messages.ts';
import type { SessionRoute } from '../http/router.ts';
import type { Metrics } from './metrics.ts';

const PATH = '/metrics';

/** A proxy or a web page stands between: then it is not this machine that asks. */
const SENT_FOR_ANOTHER = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-real-ip',
  'origin',
  'sec-fetch-site',
  'authorization',
];

/** The metrics for the project's administrator, who may sign in with every request (`basic_auth` in Prometheus). */
export function metricsRoute(metrics: Metrics): SessionRoute {
  return {
    method: 'GET',
    path: PATH,
    handle: async (_request, { context }) =>
      context.admin
        ? { status: 200, headers: { 'content-type': metrics.contentType }, body: await metrics.text() }
        : outcomeResponse(forbidden),
  };
}

/** The metrics for a Prometheus on the same machine, which needs no sign-in. */
export function metricsForThisMachine(metrics: Metrics) {
  return async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    if (req.method === 'GET' && req.path === PATH && isThisMachine(req)) {
      res.setHeader('Content-Type', metrics.contentType);
      res.end(await metrics.text());
    } else {
      next();
    }
  };
}

function isThisMachine({ socket, headers }: Request): boolean {
  const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  return (address === '::1' || address.startsWith('127.')) && !SENT_FOR_ANOTHER.some((name) => name in headers);
}
