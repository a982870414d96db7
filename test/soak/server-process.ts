import { silentLogger, startServer } from '../../server/index.ts';

/**
 * The embedded server as a process that can be killed. Answers a message with its memory in bytes, after a collection of
 * garbage where it was started with `--expose-gc`.
 */
const [dataDir, prepared] = process.argv.slice(2);
const server = await startServer({
  port: 0,
  logger: silentLogger,
  prepared: prepared === 'prepared',
  ...(dataDir && { dataDir }),
});
process.on('message', () => {
  globalThis.gc?.();
  process.send?.(process.memoryUsage());
});
process.send?.({ baseUrl: server.baseUrl, credentials: server.credentials });
process.once('disconnect', () => void server.close().then(() => process.exit(0)));
