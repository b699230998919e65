/**
 * Does several things side by side. When one fails the others are stopped, by the signal that each is given, and
 * waited for; then the first failure is thrown.
 */
export async function together<T extends readonly unknown[]>(
  outer: AbortSignal | undefined,
  works: { [K in keyof T]: (signal: AbortSignal) => Promise<T[K]> },
): Promise<T> {
  const stop = new AbortController();
  const signal = outer ? AbortSignal.any([outer, stop.signal]) : stop.signal;
  const results = await Promise.allSettled(
    works.map(async (work) => {
      try {
        return await work(signal);
      } catch (error) {
        // Only the first call has an effect.
        stop.abort(error);
        throw error;
      }
    }),
  );
  outer?.throwIfAborted();
  stop.signal.throwIfAborted();
  return results.map((result) => result.status === "fulfilled" && result.value) as unknown as T;
}
