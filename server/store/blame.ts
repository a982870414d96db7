import { badRequest, OperationOutcomeError, serverError } from '@medplum/core';

/** How SQLite says that one statement has more parts than it takes. */
const TOO_LARGE = /too many terms|expression tree is too large|too many SQL variables|parser stack overflow/i;

/**
 * What the store throws of itself is the server's fault and not the client's; but for a search that is too large for it.
 * @throws OperationOutcomeError, or what was thrown where it is not of the store.
 */
export function blameStore(error: unknown): never {
  if ((error as { code?: string }).code === 'ERR_SQLITE_ERROR') {
    throw new OperationOutcomeError(
      TOO_LARGE.test((error as Error).message)
        ? badRequest('This search has too many values. Ask in several requests.')
        : serverError(error as Error),
      { cause: error },
    );
  }
  throw error;
}
