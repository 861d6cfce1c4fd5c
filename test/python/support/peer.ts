/** Real Pythons as child processes that answer questions about pickles; the questions are those of `peer.py`. */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Description } from "../../support/describe-types.ts";

/** A Python of this machine, as `scripts/test-python.mjs` found it; `venv`: the one with the packages. */
export type PythonInfo = { version: string; executable: string; venv: boolean };

export type OutOfBand = { data: string; readonly: boolean };

export type LoadOptions = {
  encoding?: string;
  errors?: string;
  fix_imports?: boolean;
  buffers?: OutOfBand[];
  /** So many `load()` calls of one Unpickler; the value is the list of what they give. */
  loads?: number;
  /** The unpickler written in Python instead of the one in C. */
  python?: boolean;
};

export type DumpOptions = { fix_imports?: boolean; buffers?: boolean; python?: boolean };

/** The exception that a question raised in Python. */
export class PeerError extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(`${type}: ${message}`);
    this.name = "PeerError";
    this.type = type;
  }
}

/** The Pythons to test against, oldest first; none when the tests are not run by `npm run test:python`. */
export function pythons(): PythonInfo[] {
  return JSON.parse(process.env["BRINE_PYTHONS"] ?? "[]") as PythonInfo[];
}

/** Tells whether `version` is at least `floor`, both like "3.8" or "3.8.18". */
export function atLeast(version: string, floor: string): boolean {
  const [a, b] = [version, floor].map((text) => text.split(".").map(Number)) as [number[], number[]];
  for (let i = 0; i < b.length; i++) {
    if ((a[i] ?? 0) !== b[i]!) return (a[i] ?? 0) > b[i]!;
  }
  return true;
}

type Reply = { id: number; ok: boolean; type?: string; message?: string } & Record<string, unknown>;
type Waiting = { resolve: (reply: Reply) => void; reject: (error: Error) => void };

const script = fileURLToPath(new URL("peer.py", import.meta.url));

/** One running Python. Questions may be asked without waiting; they are answered in order. */
export class Peer {
  readonly info: PythonInfo;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #ended = false;
  #stderr = "";

  constructor(info: PythonInfo) {
    this.info = info;
    this.#child = spawn(info.executable, [script], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, PYTHONHASHSEED: "0", PYTHONDONTWRITEBYTECODE: "1", PYTHONIOENCODING: "utf-8", TZ: "UTC" },
    });
    this.#child.stderr.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-4000);
    });
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#answer(JSON.parse(line) as Reply));
    this.#child.on("error", (error) => this.#end(error.message));
    this.#child.on("close", (code) => this.#end(`ended with code ${code}`));
    this.#child.stdin.on("error", () => {}); // told by "close"
  }

  #answer(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.ok) waiting?.resolve(reply);
    else waiting?.reject(new PeerError(reply.type ?? "?", reply.message ?? ""));
  }

  #end(why: string): void {
    this.#ended = true;
    for (const { reject } of this.#waiting.values()) {
      reject(new Error(`Python ${this.info.version} ${why}\n${this.#stderr}`));
    }
    this.#waiting.clear();
  }

  #ask(op: string, request: Record<string, unknown>): Promise<Reply> {
    if (this.#ended) return Promise.reject(new Error(`Python ${this.info.version} has ended\n${this.#stderr}`));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.stdin.write(`${JSON.stringify({ id, op, ...request })}\n`);
    });
  }

  async about(): Promise<{ version: string; executable: string; highest: number }> {
    return (await this.#ask("info", {})) as unknown as { version: string; executable: string; highest: number };
  }

  /** Loads a stream and describes the value. */
  async describe(stream: Uint8Array, options: LoadOptions = {}): Promise<Description> {
    return (await this.#ask("describe", { stream: toBase64(stream), options }))["description"] as Description;
  }

  /** Describes the value of a Python expression. */
  async value(source: string, setup = ""): Promise<Description> {
    return (await this.#ask("value", { source, setup }))["description"] as Description;
  }

  /** Pickles the value of a Python expression. */
  async dumps(source: string, protocol?: number, options: DumpOptions = {}, setup = ""): Promise<Uint8Array> {
    return (await this.dumpsOutOfBand(source, protocol, options, setup)).stream;
  }

  /** Pickles the value of a Python expression; with `buffers: true` its buffers come apart. */
  async dumpsOutOfBand(
    source: string,
    protocol?: number,
    options: DumpOptions = { buffers: true },
    setup = "",
  ): Promise<{ stream: Uint8Array; buffers: OutOfBand[] }> {
    const reply = await this.#ask("dumps", { source, setup, options, protocol: protocol ?? null });
    return { stream: fromBase64(reply["stream"] as string), buffers: (reply["buffers"] ?? []) as OutOfBand[] };
  }

  /** Loads a stream and compares it with the value of an expression: types, values, order and identity. */
  async loadsEqual(
    stream: Uint8Array,
    source: string,
    options: LoadOptions = {},
    setup = "",
  ): Promise<{ equal: boolean; loaded: Description; expected: Description }> {
    const reply = await this.#ask("loads_equal", { stream: toBase64(stream), source, options, setup });
    return reply as unknown as { equal: boolean; loaded: Description; expected: Description };
  }

  /** Loads a stream and gives the truth of an expression about it, in which it is `value`. */
  async check(stream: Uint8Array, source: string, options: LoadOptions = {}, setup = ""): Promise<boolean> {
    return (await this.#ask("check", { stream: toBase64(stream), source, options, setup }))["result"] as boolean;
  }

  /** The text of `pickletools.dis`. */
  async dis(stream: Uint8Array): Promise<string> {
    return (await this.#ask("dis", { stream: toBase64(stream) }))["text"] as string;
  }

  /** The bytes of `pickletools.optimize`. */
  async optimize(stream: Uint8Array): Promise<Uint8Array> {
    return fromBase64((await this.#ask("optimize", { stream: toBase64(stream) }))["stream"] as string);
  }

  /** Ends the process, once its questions are answered. */
  close(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      this.#child.once("close", () => resolve());
      this.#child.stdin.end();
    });
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}
