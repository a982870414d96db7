/** What may stand in a log line: ids, codes and numbers. Never names, queries or bodies. */
export type LogFields = Record<string, string | number | boolean | undefined>;

/** Where the server says what it does. */
export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, error: unknown, fields?: LogFields): void;
}

/** One JSON object a line on standard error. */
export const jsonLogger: Logger = {
  info: (message, fields) => write('info', message, fields),
  warn: (message, fields) => write('warn', message, fields),
  error: (message, error, fields) => write('error', message, { ...fields, ...describe(error) }),
};

/** Says nothing; for tests. */
export const silentLogger: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

function write(level: string, message: string, fields: LogFields = {}): void {
  const line = JSON.stringify({ time: new Date().toISOString(), level, message, ...fields });
  process.stderr.write(`${line}\n`);
}

/** An error's message may quote what a user sent; its kind and the place it came from do not. */
function describe(error: unknown): LogFields {
  if (!(error instanceof Error)) {
    return { error: typeof error };
  }
  const place = error.stack
    ?.replace(error.message, '')
    .split('\n')
    .find((line) => line.trimStart().startsWith('at '));
  return { error: error.name, at: place?.trim() };
}
