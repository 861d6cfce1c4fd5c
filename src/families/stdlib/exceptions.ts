/**
 * Python's built-in exceptions, as data.
 *
 * @module
 */
import { PyDict } from "../../core/values/dict.ts";
import { type Parts, pyParts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { EMPTY_TUPLE, type PyTuple } from "../../core/values/tuple.ts";
import { fill, PyValue, refuse, type Table } from "./table.ts";

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
    return this.args.length === 1 ? [`${this.cls.name}(`, this.args[0], ")"] : [this.cls.name, this.args, ""];
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
        return [`${module}.${name}`, { call: (args: PyTuple) => new PyException(cls, args), setState }];
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
