/** Work of which only one at a time is done: each begins when the one before has ended, or says that it only waits. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Does some work when its turn comes. It is given a function with which it lets the next one begin already. */
  async take<T>(work: (pass: () => void) => Promise<T>): Promise<T> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    try {
      return await work(resolve);
    } finally {
      resolve();
    }
  }
}
