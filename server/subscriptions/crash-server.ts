/** A server for the crash test: prints its credentials once it serves, and runs until it is killed. */
import { silentLogger } from '../http/log.ts';
import { startServer } from '../start.ts';

const server = await startServer({ dataDir: process.argv[2], port: 0, logger: silentLogger });
console.log(JSON.stringify(server.credentials));
