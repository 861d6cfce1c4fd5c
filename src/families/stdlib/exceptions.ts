/**
 * Python's built-in exceptions, as data.
 *
 * @module
 */
import { PyDict } from "../../core/values/dict.ts";
import { type Parts, pyParts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { EMPTY_TUPLE, type PyTuple } from "../../core/values/tuple.ts";
import { fill, PyValue, refuse, type Table, tupleOfItems } from "./table.ts";

/** Names without the ending `Error`. */
const ERRORS =
  "Arithmetic Assertion Attribute BlockingIO BrokenPipe Buffer ChildProcess ConnectionAborted Connection " +
  "ConnectionRefused ConnectionReset EOF Environment FileExists FileNotFound FloatingPoint IO Import Indentation Index " +
  "Interrupted IsADirectory Key Lookup Memory ModuleNotFound Name NotADirectory NotImplemented OS Overflow Permission " +
  "ProcessLookup PythonFinalization Recursion Reference Runtime Standard Syntax System Tab Timeout Type UnboundLocal " +
  "UnicodeDecode UnicodeEncode Unicode UnicodeTranslate Value ZeroDivision";
/** Names without the ending `Warning`. */
const WARNINGS = "Bytes Deprecation Encoding Future Import PendingDeprecation Resource Runtime Syntax Unicode User";
const OTHERS =
  "BaseException BaseExceptionGroup Exception ExceptionGroup GeneratorExit KeyboardInterrupt StopAsyncIteration " +
  "StopIteration SystemExit Warning";

/** What `OSError(errno, …)` becomes in Python (PEP 3151), by Linux's numbers. */
const BY_ERRNO: ReadonlyMap<unknown, string> = new Map([
  ...[11, 114, 115].map((n) => [n, "BlockingIOError"] as const),
  ...[32, 108].map((n) => [n, "BrokenPipeError"] as const),
  [10, "ChildProcessError"],
  [103, "ConnectionAbortedError"],
  [111, "ConnectionRefusedError"],
  [104, "ConnectionResetError"],
  [17, "FileExistsError"],
  [2, "FileNotFoundError"],
  [4, "InterruptedError"],
  [21, "IsADirectoryError"],
  [20, "NotADirectoryError"],
  ...[1, 13].map((n) => [n, "PermissionError"] as const),
  [3, "ProcessLookupError"],
  [110, "TimeoutError"],
]);
const SYSTEM: ReadonlySet<string> = new Set(BY_ERRNO.values());
/** Other names of `OSError`. */
const OS_ERRORS: ReadonlySet<string> = new Set(["OSError", "IOError", "EnvironmentError", "WindowsError"]);

/**
 * An instance of a built-in exception: its class by name, its arguments, and attributes set on it.
 *
 * @example
 * ```ts
 * new PyException("ValueError", tuple("bad")).toString(); // "ValueError('bad')"
 * ```
 */
export class PyException extends PyValue {
  readonly cls: PyGlobal;
  readonly args: PyTuple;
  readonly attrs: PyDict = new PyDict();

  constructor(cls: PyGlobal | string, args: PyTuple = EMPTY_TUPLE) {
    super();
    this.cls = typeof cls === "string" ? new PyGlobal("builtins", cls) : cls;
    this.args = args;
  }
  get [pyType](): string {
    return this.cls.name;
  }
  [pyParts](): unknown[] {
    return [this.cls, this.args, this.attrs];
  }
  [pyRepr](): Parts {
    const { args, cls } = this;
    if (args.length === 1) return [`${cls.name}(`, args[0], ")"];
    // A file's name is no argument of what such an error prints.
    const named = args.length > 2 && args.length < 6 && (OS_ERRORS.has(cls.name) || SYSTEM.has(cls.name));
    return [cls.name, named ? tupleOfItems(args.slice(0, 2)) : args, ""];
  }
}

const names = [
  ...ERRORS.split(" ").map((name) => `${name}Error`),
  ...WARNINGS.split(" ").map((name) => `${name}Warning`),
  ...OTHERS.split(" "),
];

function setState(value: unknown, state: unknown): undefined {
  if (state instanceof PyDict) fill((value as PyException).attrs, state);
  else if (state !== null) refuse("exception state", "a dict", state);
}

export const exceptions: Table = {
  globals: Object.fromEntries(
    ["builtins", "exceptions"].flatMap((module) =>
      names.map((name) => {
        const cls = new PyGlobal(module, name);
        const call = (args: PyTuple): PyException => {
          const special = OS_ERRORS.has(name) && args.length > 1 ? BY_ERRNO.get(args[0]) : undefined;
          return new PyException(special ?? cls, args);
        };
        return [`${module}.${name}`, { call, setState }];
      }),
    ),
  ),
  reducers: [
    [
      PyException,
      ({ cls, args, attrs }: PyException) => ({ func: cls, args, ...(attrs.size ? { state: attrs } : {}) }),
    ],
  ],
};
