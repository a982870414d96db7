import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Express } from 'express';
import helmet from 'helmet';
import type { WebConfig } from '../../web/src/config.ts';
import { webDist } from './web-build.ts';

interface WebServerOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** The Medplum server that the pages are for, as the browser reaches it; with a slash at its end. */
  readonly fhirBaseUrl: string;
  /** A ClientApplication for signing in, where the server wants one. */
  readonly clientId?: string;
  /** The project that people sign in to, unless they ask for another one. */
  readonly projectId?: string;
}

/** A server of the built pages. */
export interface RunningWebServer {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly close: () => Promise<void>;
}

/** Serves the built pages; every address that is no file is the application's own. */
export async function startWebServer(options: WebServerOptions): Promise<RunningWebServer> {
  const server = createServer(webApp(options));
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: pagesAddress(options.host, port),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Where pages are that are served so, without a slash at the end. */
export const pagesAddress = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

function webApp({ fhirBaseUrl, clientId, projectId }: WebServerOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(helmet({ contentSecurityPolicy: { directives: policyFor(fhirBaseUrl) }, strictTransportSecurity: false }));
  app.get('/config.json', (_request, response) => {
    const config: WebConfig = {
      baseUrl: fhirBaseUrl,
      ...(clientId && { clientId }),
      ...(projectId && { projectId }),
    };
    response.setHeader('Cache-Control', 'no-store').json(config);
  });
  // Names of assets change with their content; the page that names them is always asked for.
  app.use('/assets', express.static(`${webDist}/assets`, { immutable: true, maxAge: '365d', fallthrough: false }));
  app.use(express.static(webDist, { setHeaders: (response) => response.setHeader('Cache-Control', 'no-cache') }));
  app.get('/*path', (_request, response) => {
    response.setHeader('Cache-Control', 'no-cache').sendFile('index.html', { root: webDist });
  });
  return app;
}

/** The pages run their own code only, and talk to their own Medplum server only. */
function policyFor(fhirBaseUrl: string): Record<string, string[] | null> {
  const { origin } = new URL(fhirBaseUrl);
  return {
    defaultSrc: ["'self'"],
    connectSrc: ["'self'", origin, origin.replace(/^http/, 'ws')],
    imgSrc: ["'self'", 'data:', 'blob:', origin],
    mediaSrc: ["'self'", 'blob:', origin],
    frameAncestors: ["'none'"],
    objectSrc: ["'none'"],
    // Mantine sets styles as attributes.
    styleSrc: ["'self'", "'unsafe-inline'"],
    upgradeInsecureRequests: null,
  };
}
