/**
 * Objects that are little more than their pickled state: `io` buffers and random generators.
 *
 * @module
 */
import { PyDict } from "../../core/values/dict.ts";
import { type Parts, pyParts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { EMPTY_TUPLE, isTuple, type PyTuple, tuple } from "../../core/values/tuple.ts";
import { PyBytesIO } from "./bytesio.ts";
import { bytes, int, isInt, PyValue, pyInt, reduces, refuse, type Table, text } from "./table.ts";

/** An `io.StringIO`: its text, its newline mode and its position. */
export class PyStringIO extends PyValue {
  value: string;
  newline: string | null;
  position: number;
  attrs: PyDict | null = null;
  constructor(value = "", newline: string | null = "\n", position = 0) {
    super();
    this.value = value;
    this.newline = newline;
    this.position = position;
  }
  get [pyType](): string {
    return "_io.StringIO";
  }
  [pyParts](): unknown[] {
    return [this.value, this.newline, this.position, this.attrs];
  }
  [pyRepr](): Parts {
    return ["<_io.StringIO ", this.value, ">"];
  }
}

/** A `random.Random`: the state that `getstate()` gives, `(version, 625 ints, gauss_next)`. */
export class PyRandom extends PyValue {
  state: PyTuple;
  constructor(state: PyTuple = EMPTY_TUPLE) {
    super();
    this.state = state;
  }
  get [pyType](): string {
    return "random.Random";
  }
  [pyParts](): unknown[] {
    return [this.state];
  }
  [pyRepr](): Parts {
    return ["<random.Random>"];
  }
}

function dictOrNull(value: unknown): PyDict | null {
  return value instanceof PyDict || value === null
    ? value
    : refuse("the last item of the state", "a dict or None", value);
}

const bytesIO = {
  call: ([value]: PyTuple) => new PyBytesIO(value === undefined ? undefined : bytes(value, "initial bytes")),
  setState(target: unknown, state: unknown): undefined {
    if (!isTuple(state) || state.length < 3) return refuse("BytesIO state", "a tuple of 3 items", state);
    const [value, position, attrs] = state;
    const fields = { value: bytes(value, "value"), position: int(position, "position", 0), attrs: dictOrNull(attrs) };
    Object.assign(target as PyBytesIO, fields);
  },
};

const stringIO = {
  call: ([value]: PyTuple) => new PyStringIO(value === undefined ? undefined : text(value, "initial value")),
  setState(target: unknown, state: unknown): undefined {
    if (!isTuple(state) || state.length < 4) return refuse("StringIO state", "a tuple of 4 items", state);
    const [value, newline, position, attrs] = state;
    Object.assign(target as PyStringIO, {
      value: text(value, "value"),
      newline: newline === null ? null : text(newline, "newline"),
      position: int(position, "position", 0),
      attrs: dictOrNull(attrs),
    });
  },
};

export const states: Table = {
  globals: {
    "_io.BytesIO": bytesIO,
    "io.BytesIO": bytesIO,
    "_io.StringIO": stringIO,
    "io.StringIO": stringIO,
    "random.Random": {
      call: () => new PyRandom(),
      setState(random, state) {
        const words = isTuple(state) && state.length === 3 ? state[1] : null;
        if (!isTuple(words) || words.length !== 625) return refuse("Random state", "(version, 625 ints, gauss)", state);
        if (!words.every((n) => isInt(n) && n >= 0 && n < 2 ** 32))
          throw new RangeError("Random state: words have 32 bits");
        (random as PyRandom).state = state as PyTuple;
        return undefined;
      },
    },
  },
  reducers: [
    [
      PyBytesIO,
      ({ value, position, attrs }: PyBytesIO, context) => ({
        func: new PyGlobal("_io", "BytesIO"),
        args: EMPTY_TUPLE,
        isNew: context.protocol > 1,
        state: tuple(value, pyInt(position, context), attrs),
      }),
    ],
    [
      PyStringIO,
      ({ value, newline, position, attrs }: PyStringIO, context) => ({
        func: new PyGlobal("_io", "StringIO"),
        args: EMPTY_TUPLE,
        isNew: context.protocol > 1,
        state: tuple(value, newline, pyInt(position, context), attrs),
      }),
    ],
    reduces(
      PyRandom,
      "random",
      "Random",
      () => [],
      ({ state }: PyRandom) => (state.length ? { state } : {}),
    ),
  ],
};
