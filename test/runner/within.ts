/**
 * A test's function, which fails when it has taken too long.
 * @param milliseconds - How long that is.
 */
export function within(fn: () => unknown, milliseconds: number): () => Promise<unknown> {
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`It has not ended after ${milliseconds / 1000} s.`)), milliseconds);
    });
    try {
      return await Promise.race([fn(), deadline]);
    } finally {
      clearTimeout(timer);
    }
  };
}
