/**
 * What a command talks to; a test gives its own.
 *
 * @module
 */

/** A stream that text and bytes are written to. */
export interface Sink {
  write(data: string | Uint8Array): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  /** True when the reader has gone away. */
  readonly destroyed?: boolean | undefined;
}

/** The world of one run. */
export interface IO {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends what would go on by itself. */
  readonly signal?: AbortSignal;
}

/** A stream that may be gone through again: what came is kept. */
export function replayed(stream: AsyncIterable<Uint8Array | string>): AsyncIterable<Uint8Array | string> {
  const kept: (Uint8Array | string)[] = [];
  const source = stream[Symbol.asyncIterator]();
  return {
    async *[Symbol.asyncIterator]() {
      for (let i = 0; ; i++) {
        if (i === kept.length) {
          const next = await source.next();
          if (next.done) return;
          kept.push(next.value);
        }
        yield kept[i] as Uint8Array | string;
      }
    },
  };
}

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {}

/** Nobody reads what is written: the end, but no failure. */
export class ClosedPipe extends Error {}

/** What went wrong has been said already; all that is left is the exit code. */
export class Told extends Error {
  readonly code: number;
  constructor(code: number) {
    super("told");
    this.code = code;
  }
}

/** Gathers text and writes it in large pieces. */
export class Output {
  readonly #sink: Sink;
  #parts: string[] = [];
  #size = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }
  write(text: string): void {
    this.#parts.push(text);
    this.#size += text.length;
    if (this.#size > 1 << 16) this.flush();
  }
  line(text: string): void {
    this.write(`${text}\n`);
  }
  bytes(data: Uint8Array): void {
    this.flush();
    this.#push(data);
  }
  flush(): void {
    if (this.#size === 0) return;
    const text = this.#parts.join("");
    this.#parts = [];
    this.#size = 0;
    this.#push(text);
  }
  #push(data: string | Uint8Array): void {
    if (this.#sink.destroyed) throw new ClosedPipe();
    try {
      this.#sink.write(data);
    } catch (e) {
      throw (e as { code?: string }).code === "EPIPE" ? new ClosedPipe() : e;
    }
  }
}
