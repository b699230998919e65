import { createLogUpdate } from "log-update";

/** How often what goes on is told anew, in milliseconds. */
const REDRAW_MS = 200;

/** So many lines are shown; of more there is only said that there are more. */
const MOST_LINES = 8;

/** A terminal that lines can be drawn on again and again. */
interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): boolean;
}

interface Work {
  readonly started: number;
  readonly describe: () => string;
}

/**
 * What is being done right now, in the last lines of a terminal, with the seconds that it has taken so far. What is
 * printed goes above. Without a terminal, and in a CI's log, there are no such lines.
 */
export class Live {
  readonly enabled: boolean;
  readonly #screen: Screen;
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #work = new Map<string, Work>();
  #timer: NodeJS.Timeout | undefined;

  constructor(screen: Screen, environment: NodeJS.ProcessEnv = process.env) {
    this.enabled = screen.isTTY === true && !environment["CI"] && environment["TERM"] !== "dumb";
    this.#screen = screen;
    // A cursor that was hidden would stay so when the process is killed.
    this.#update = createLogUpdate(screen as never, { showCursor: true });
  }

  /** Tells from now on that this is being done. */
  begin(key: string, describe: () => string): void {
    if (!this.enabled) return;
    this.#work.set(key, { started: performance.now(), describe });
    // Nothing waits for these lines.
    this.#timer ??= setInterval(() => this.#draw(), REDRAW_MS).unref();
  }

  /** It is done. */
  end(key: string): void {
    this.#work.delete(key);
    if (this.#work.size > 0 || !this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#update.clear();
  }

  /** Prints text above the lines. */
  print(text: string, to: Pick<Screen, "write"> = this.#screen): void {
    if (this.#timer) this.#update.clear();
    to.write(text);
    if (this.#timer) this.#draw();
  }

  #draw(): void {
    const width = this.#screen.columns ?? 80;
    const lines = [...this.#work.values()].map(({ started, describe }) => {
      const seconds = `${((performance.now() - started) / 1000).toFixed(0)} s`;
      const text = describe();
      const room = width - seconds.length - 4;
      return `▸ ${text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text} ${seconds}`;
    });
    const more = lines.length - MOST_LINES;
    this.#update([...lines.slice(0, MOST_LINES), ...(more > 0 ? [`  … and ${more} more`] : [])].join("\n"));
  }
}

/** The terminal that this process tells its progress on. */
export const live = new Live(process.stderr);
