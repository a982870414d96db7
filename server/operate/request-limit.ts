import type { NextFunction, Request, Response } from 'express';
import { outcomeResponse, serialize } from '../http/messages.ts';
import type { Clock } from '../clock.ts';
import { MinuteWindows, rateLimitItem, tooMany } from './window.ts';

interface Category {
  name: string;
  /** Requests of one address in a minute. */
  limit: number;
  matches: RegExp;
}

/** As Medplum has them: guessing a password is slow, everything else is not meant to be felt. */
const CATEGORIES: readonly Category[] = [
  { name: 'login', limit: 5, matches: /^\/auth\/(login|newuser|newproject)$/ },
  { name: 'auth', limit: 160, matches: /^\/(auth\/(?!me$)|oauth2\/)/ },
  { name: 'default', limit: 60_000, matches: /^/ },
];

/** Refuses what one address sends too often. */
export function limitRequests(clock: Clock) {
  const windows = new MinuteWindows(clock);
  return (req: Request, res: Response, next: NextFunction): void => {
    const path = req.path.replace(/^\/api(?=\/)/, '');
    const { name, limit } = CATEGORIES.find(({ matches }) => matches.test(path)) as Category;
    const allowance = windows.consume(`${name} ${req.ip}`, 1, limit);
    res.appendHeader('RateLimit', rateLimitItem('requests', allowance));
    if (!allowance.exceeded) {
      next();
      return;
    }
    const refusal = outcomeResponse(tooMany(allowance));
    res.status(refusal.status).setHeaders(new Map(Object.entries(refusal.headers)));
    res.end(serialize(refusal));
  };
}
