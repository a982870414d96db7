import { finished, PassThrough, pipeline } from 'node:stream';
import type { Readable, Transform } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { badRequest, contentTooLarge, OperationOutcomeError, unsupportedMediaType } from '@medplum/core';
import express from 'express';
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { Authenticator } from '../auth/authenticate.ts';
import type { Metrics } from '../operate/metrics.ts';
import { metricsForThisMachine } from '../operate/metrics-route.ts';
import { observe } from '../operate/observe.ts';
import type { Api } from './api.ts';
import { isContent, MAX_CONTENT_BYTES, MAX_MESSAGE_BYTES, parseRequestBody } from './body.ts';
import { DEFAULT_PATIENCE } from './listen.ts';
import type { Patience } from './listen.ts';
import type { Logger } from './log.ts';
import { isStreamed, outcomeResponse, serialize } from './messages.ts';
import type { ApiRequest, ApiResponse } from './messages.ts';

/** What may not stand in the value of a header (RFC 9110, 5.5). */
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/;

const EXPOSED_HEADERS = 'Content-Location, ETag, Last-Modified, Location, RateLimit, X-Request-Id';

/** Answers are data: a browser that takes one for a page may load and run nothing. */
const NOTHING = { defaultSrc: "'none'", baseUri: "'none'", formAction: "'none'", frameAncestors: "'none'" };

export interface AppOptions {
  api: Api;
  authenticator: Authenticator;
  log: Logger;
  metrics: Metrics;
  /** Set where requests are limited by the address that they come from. */
  limits?: RequestHandler;
  /** Whether pages of an origin may call. */
  allows: (origin: string) => boolean;
  /** How long clients may take. */
  patience?: Patience;
}

/** The Express application: it reads requests and writes answers, what is in between is the Api's. */
export function createApp(options: AppOptions): Express {
  const { api, authenticator, log, metrics, limits, allows, patience = DEFAULT_PATIENCE } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  // Of a proxy on this machine, the client's address is believed.
  app.set('trust proxy', 'loopback');
  app.use(observe(log, metrics));
  app.use(
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: NOTHING },
      frameguard: { action: 'deny' },
      // A page of another origin may show a picture that it has the signed address of.
      crossOriginResourcePolicy: { policy: 'cross-origin' },
    }),
  );
  app.use(uncached);
  app.use(cors(allows));
  app.use(metricsForThisMachine(metrics));
  if (limits) {
    app.use(limits);
  }
  app.use(readBody(patience));
  app.use(async (req: Request, res: Response) => {
    send(req, res, await api.handle(toApiRequest(req), authenticator), patience);
  });
  app.use((err: unknown, req: Request, res: Response, _next: NextFunction) => {
    send(req, res, refusal(err, log), patience);
  });
  return app;
}

/** What is in an answer is nobody's to keep: no browser's, and no proxy's. */
function uncached(_req: Request, res: Response, next: NextFunction): void {
  res.setHeader('Cache-Control', 'no-store, no-cache, must-revalidate');
  res.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
  next();
}

/** Lets pages of other origins call; what protects the data is the token, which no other page has. */
function cors(allows: (origin: string) => boolean) {
  return (req: Request, res: Response, next: NextFunction): void => {
    const { origin } = req.headers;
    const allowed = origin !== undefined && allows(origin);
    res.vary('Origin');
    if (allowed) {
      res.setHeader('Access-Control-Allow-Origin', origin);
      res.setHeader('Access-Control-Allow-Credentials', 'true');
      res.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS);
    }
    if (req.method === 'OPTIONS' && req.headers['access-control-request-method']) {
      if (allowed) {
        res.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, PUT, PATCH, DELETE');
        res.setHeader('Access-Control-Allow-Headers', req.headers['access-control-request-headers'] ?? '');
        res.setHeader('Access-Control-Max-Age', '86400');
      }
      res.status(204).end();
      return;
    }
    next();
  };
}

const readMessage = express.raw({ type: () => true, limit: MAX_MESSAGE_BYTES });

/** Reads a message; content is read by whoever keeps it. */
function readBody({ message }: Patience) {
  return (req: Request, res: Response, next: NextFunction): void => {
    if (isContent(req.method, req.url)) {
      next();
      return;
    }
    const deadline = setTimeout(() => {
      res.setHeader('Connection', 'close');
      next({ status: 408 });
      res.once('finish', () => req.destroy());
    }, message);
    readMessage(req, res, (err?: unknown) => {
      clearTimeout(deadline);
      if (!res.headersSent) {
        next(err);
      }
    });
  };
}

/**
 * The content of a request as it comes in, decompressed. What goes wrong with it does not end the request, which is to be
 * answered.
 */
function contentOf(req: Request): Readable {
  if (Number(req.headers['content-length'] ?? 0) > MAX_CONTENT_BYTES) {
    throw new OperationOutcomeError(contentTooLarge('Content too large'));
  }
  const content = decoderOf(req.headers['content-encoding']?.toLowerCase() ?? 'identity');
  // Somebody may be refused before anybody reads.
  content.on('error', () => undefined);
  finished(req, (err) => err && content.destroy(err));
  return req.pipe(content);
}

function decoderOf(encoding: string): Transform {
  switch (encoding) {
    case 'identity':
      return new PassThrough();
    case 'gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    default:
      throw new OperationOutcomeError(unsupportedMediaType);
  }
}

function toApiRequest(req: Request): ApiRequest {
  const url = req.url.startsWith('/api/') ? req.url.slice('/api'.length) : req.url;
  // Throws where it cannot be decoded.
  decodeURIComponent(url.split('?', 1)[0] as string);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(req.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  }
  const method = req.method === 'HEAD' ? 'GET' : req.method;
  if (isContent(method, url)) {
    return { method, url, headers, remoteAddress: req.ip, body: contentOf(req) };
  }
  const content = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
  return {
    method,
    url,
    headers,
    remoteAddress: req.ip,
    body: parseRequestBody({ method, url, contentType: headers['content-type'], content }),
  };
}

function send(req: Request, res: Response, response: ApiResponse, { taking, lingering }: Patience): void {
  if (res.headersSent || res.destroyed) {
    return;
  }
  res.status(response.status);
  if (isContent(req.method, req.url) && !req.complete) {
    // Refused before it was read: what still comes is thrown away for a while, so that the client sees why.
    res.setHeader('Connection', 'close');
    res.once('finish', () => {
      req.unpipe();
      req.resume();
      setTimeout(() => req.destroy(), lingering).unref();
    });
  }
  const { ratelimit, ...headers } = response.headers;
  // A bot may have named a version or a type that no header can carry.
  res.setHeaders(new Map(Object.entries(headers).filter(([, value]) => !UNSENDABLE.test(value))));
  if (ratelimit) {
    res.appendHeader('RateLimit', ratelimit);
  }
  // A client that takes nothing more of its answer keeps a file open, or megabytes of memory.
  res.setTimeout(taking, () => res.destroy());
  const body = response.status === 304 || response.status === 204 ? undefined : serialize(response);
  if (body === undefined) {
    res.end();
  } else if (isStreamed(body)) {
    res.setHeader('Content-Length', body.size);
    if (req.method === 'HEAD') {
      res.end();
    } else {
      // A client that goes away ends the reading; one that cannot be read to its end is cut off, and sees that.
      pipeline(body.open(), res, () => undefined);
    }
  } else {
    res.setHeader('Content-Length', Buffer.byteLength(body));
    res.end(req.method === 'HEAD' ? undefined : body);
  }
}

/** An answer to what could not even be read. */
function refusal(err: unknown, log: Logger): ApiResponse {
  if (err instanceof OperationOutcomeError) {
    return outcomeResponse(err.outcome);
  }
  // Express and its body parser name the status that an error of the client's deserves.
  const status = (err as { status?: unknown }).status;
  if (status === 413) {
    return outcomeResponse(contentTooLarge('Request body too large'));
  }
  if (status === 415) {
    return outcomeResponse(unsupportedMediaType);
  }
  if (typeof status === 'number' && status < 500) {
    return { ...outcomeResponse(badRequest('The request could not be read')), status };
  }
  if (err instanceof URIError) {
    return outcomeResponse(badRequest('The request could not be read'));
  }
  log.error('a request failed', err);
  return { ...outcomeResponse(badRequest('Internal server error')), status: 500 };
}
