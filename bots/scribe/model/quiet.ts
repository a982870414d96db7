const nothing = (): void => undefined;

/**
 * For the providers' clients: they would write to `console.error` and its like, which a bot's context has not, and what
 * they write about requests is not for logs.
 */
export const QUIET = {
  logLevel: 'off',
  logger: { error: nothing, warn: nothing, info: nothing, debug: nothing },
} as const;
