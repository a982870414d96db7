import { silentLogger, startServer } from '../../server/index.ts';

/** The embedded server as a process of its own, so that the load generator does not run in its event loop. */
const [dataDir] = process.argv.slice(2);
const server = await startServer({ port: 0, logger: silentLogger, ...(dataDir && { dataDir }) });
process.send?.({ baseUrl: server.baseUrl, credentials: server.credentials });
process.once('disconnect', () => void server.close().then(() => process.exit(0)));
