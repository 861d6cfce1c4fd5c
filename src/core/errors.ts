/**
 * The one family of errors that brine throws for bad data.
 *
 * A wrong argument from the caller is a plain `TypeError` or `RangeError`; everything a file can cause is a
 * {@link BrineError} that says what is wrong, where (byte offset) and what to do.
 *
 * @module
 */

const brand = Symbol.for("brine.error");

/** Where and how a {@link BrineError} happened. */
export interface ErrorDetails {
  /** Byte offset in the input, of the opcode or field that is wrong. */
  offset?: number | undefined;
  /** Name of the pickle opcode that was being read. */
  opcode?: string | undefined;
  /** Path of the value inside the data (`value.jobs[3].conn`) or of the file. */
  path?: string | undefined;
  /** Format that was being read or written (`"pickle"`, `"npy"`…). */
  format?: string | undefined;
  /** The error underneath, when there is one. */
  cause?: unknown;
}

/** The codes of {@link BrineError}, one per class. */
export type ErrorCode =
  | "FORMAT"
  | "UNPICKLING"
  | "TRUNCATED"
  | "PICKLING"
  | "UNSUPPORTED"
  | "UNSAFE"
  | "LIMIT"
  | "SOURCE"
  | "STRUCT";

/**
 * Base of every error that data or a source can cause.
 *
 * @example
 * ```ts
 * try { loads(bytes) } catch (e) { if (isBrineError(e)) console.log(e.code, e.offset) }
 * ```
 */
export class BrineError extends Error {
  readonly code: ErrorCode;
  readonly offset: number | undefined;
  readonly opcode: string | undefined;
  readonly path: string | undefined;
  readonly format: string | undefined;
  /** The message without its "(byte …)" ending. */
  readonly reason: string;

  constructor(code: ErrorCode, reason: string, details: ErrorDetails = {}) {
    super(reason + where(details), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.reason = reason;
    this.offset = details.offset;
    this.opcode = details.opcode;
    this.path = details.path;
    this.format = details.format;
    Object.defineProperty(this, brand, { value: true });
  }

  static {
    this.prototype.name = "BrineError";
  }
}

function where({ offset, path }: ErrorDetails): string {
  const parts: string[] = [];
  if (offset !== undefined) parts.push(`byte ${offset}`);
  // A path may be as long as values are deep.
  if (path !== undefined) parts.push(path.length > 500 ? `${path.slice(0, 240)}…${path.slice(-240)}` : path);
  return parts.length ? ` (${parts.join(", ")})` : "";
}

/** @internal Adds the name of the source to an error that knows none, and gives the error back. */
export function withPath(e: unknown, path: string | undefined): unknown {
  return path !== undefined && e instanceof BrineError && e.path === undefined ? told(e, { path }) : e;
}

/** @internal Adds the byte to an error of a format that knows none, and gives the error back. */
export function withOffset(e: unknown, offset: number): unknown {
  return e instanceof FormatError && e.offset === undefined ? told(e, { offset }) : e;
}

function told(e: BrineError, more: ErrorDetails): BrineError {
  const message = e.reason + where({ offset: e.offset, path: e.path, ...more });
  if (e.stack) e.stack = e.stack.replace(e.message, () => message);
  return Object.assign(e, { ...more, message });
}

/** The bytes are not what their format demands. */
export class FormatError extends BrineError {
  constructor(reason: string, details?: ErrorDetails, code: ErrorCode = "FORMAT") {
    super(code, reason, details);
  }
  static {
    this.prototype.name = "FormatError";
  }
}

/** A pickle stream that Python's unpickler would refuse; `offset` and `opcode` say where. */
export class UnpicklingError extends FormatError {
  constructor(reason: string, details?: ErrorDetails) {
    super(reason, { format: "pickle", ...details }, "UNPICKLING");
  }
  static {
    this.prototype.name = "UnpicklingError";
  }
}

/** The input ends before the data does. */
export class TruncatedError extends FormatError {
  constructor(reason: string, details?: ErrorDetails) {
    super(reason, details, "TRUNCATED");
  }
  static {
    this.prototype.name = "TruncatedError";
  }
}

/** A value that cannot be saved; `path` leads to it. */
export class PicklingError extends BrineError {
  constructor(reason: string, details?: ErrorDetails) {
    super("PICKLING", reason, { format: "pickle", ...details });
  }
  static {
    this.prototype.name = "PicklingError";
  }
}

/** The data is legal, but needs a feature that is not there; `feature` names it. */
export class UnsupportedError extends BrineError {
  readonly feature: string;
  constructor(feature: string, reason: string, details?: ErrorDetails) {
    super("UNSUPPORTED", reason, details);
    this.feature = feature;
  }
  static {
    this.prototype.name = "UnsupportedError";
  }
}

/** A name the caller's policy does not let through; `global` is `module.name`. */
export class UnsafeError extends BrineError {
  readonly global: string;
  constructor(global: string, reason: string, details?: ErrorDetails) {
    super("UNSAFE", reason, details);
    this.global = global;
  }
  static {
    this.prototype.name = "UnsafeError";
  }
}

/** The data asks for more than a limit allows; `limit` is the option to raise. */
export class LimitError extends BrineError {
  readonly limit: string;
  readonly actual: number;
  constructor(limit: string, allowed: number, actual: number, details?: ErrorDetails) {
    super("LIMIT", `${limit} is ${allowed}, the data needs ${actual}: raise limits.${limit} if you trust it`, details);
    this.limit = limit;
    this.actual = actual;
  }
  static {
    this.prototype.name = "LimitError";
  }
}

/** A source or target failed: missing file, HTTP status, a file that changed while it was read. */
export class SourceError extends BrineError {
  readonly status: number | undefined;
  constructor(reason: string, details?: ErrorDetails & { status?: number }) {
    super("SOURCE", reason, details);
    this.status = details?.status;
  }
  static {
    this.prototype.name = "SourceError";
  }
}

/**
 * Tells whether `e` is a brine error (of `code`, when one is given), even one thrown by another copy of the package.
 *
 * @example
 * ```ts
 * isBrineError(new UnpicklingError("bad GET"), "UNPICKLING"); // true
 * ```
 */
export function isBrineError(e: unknown, code?: ErrorCode): e is BrineError {
  return (
    typeof e === "object" &&
    e !== null &&
    brand in e &&
    (code === undefined || (e as unknown as BrineError).code === code)
  );
}
