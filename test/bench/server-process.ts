import { silentLogger, startServer } from '../../server/index.ts';

/** The embedded server as a process of its own, so that the load generator does not run in its event loop. */
const [dataDir] = process.argv.slice(2);
const server = await startServer({ port: 0, logger: silentLogger, ...(dataDir && { dataDir }) });
process.send?.({ baseUrl: server.baseUrl, credentials: server.credentials });
// The load generator asks what the server's own work cost: unlike the wall clock it says the same on a busy machine.
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.once('disconnect', () => void server.close().then(() => process.exit(0)));
