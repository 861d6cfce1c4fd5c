/**
 * `functools.partial` and the getters of `operator`: data about a call, never the call.
 *
 * @module
 */
import { floatShown, PyDict, shownEntries } from "../../core/values/dict.ts";
import { type Parts, pyParts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { EMPTY_TUPLE, isFloatAt, isTuple, type PyTuple, tuple, tupleFrom } from "../../core/values/tuple.ts";
import { PyValue, refuse, type Table, tupleOf, tupleOfItems } from "./table.ts";

/** Parts of a call's repr, `name(1, x=2)`, from behind its `open` bracket on. */
function callParts(open: string, args: readonly unknown[], kwargs: PyDict | null): Parts {
  const parts: Parts = [];
  let before = open;
  const add = (label: string, value: unknown): void => {
    parts.push(before + label, value);
    before = ", ";
  };
  args.forEach((arg, i) => {
    add("", floatShown(arg, isFloatAt(args, i)));
  });
  if (kwargs !== null) for (const [key, value] of shownEntries(kwargs)) add(`${key}=`, value);
  parts.push(parts.length ? ")" : `${open})`);
  return parts;
}

/** A `functools.partial`: a function by name, and arguments for it. */
export class PyPartial extends PyValue {
  func: unknown;
  args: PyTuple;
  kwargs: PyDict;
  attrs: PyDict | null = null;

  constructor(func: unknown, args: PyTuple = EMPTY_TUPLE, kwargs: PyDict = new PyDict()) {
    super();
    this.func = func;
    this.args = args;
    this.kwargs = kwargs;
  }
  get [pyType](): string {
    return "functools.partial";
  }
  [pyParts](): unknown[] {
    return [this.func, this.args, this.kwargs, this.attrs];
  }
  [pyRepr](): Parts {
    const none = this.args.length === 0 && this.kwargs.size === 0;
    return ["functools.partial(", this.func, ...(none ? [")"] : callParts(", ", this.args, this.kwargs))];
  }

  /** The operator that `partial(operator.methodcaller, …)(*args)` makes; undefined for any other function. */
  callOperator(args: PyTuple): PyOperator | undefined {
    const { func } = this;
    if (!(func instanceof PyGlobal) || func.module !== "operator" || func.name !== "methodcaller") return undefined;
    const all = [...this.args, ...args];
    const own = this.args.length;
    let floats = 0;
    for (let i = 0; i < all.length && i < 31; i++) {
      if (i < own ? isFloatAt(this.args, i) : isFloatAt(args, i - own)) floats |= 1 << i;
    }
    return new PyOperator("methodcaller", tupleFrom(all, floats), this.kwargs);
  }
}

/** Refuses a value of the file that is surely no function; what the caller's hooks made is theirs. */
function callable(func: unknown): void {
  if (typeof func === "function") return;
  const plain = Array.isArray(func) || func instanceof PyDict || ArrayBuffer.isView(func);
  if (typeof func !== "object" || func === null || plain) refuse("what a partial calls", "a function", func);
}

const KINDS = ["itemgetter", "attrgetter", "methodcaller"] as const;

/** An `operator.itemgetter`, `attrgetter` or `methodcaller`. */
export class PyOperator extends PyValue {
  readonly kind: (typeof KINDS)[number];
  readonly args: PyTuple;
  readonly kwargs: PyDict | null;

  constructor(kind: (typeof KINDS)[number], args: PyTuple, kwargs: PyDict | null = null) {
    super();
    if (args.length === 0) throw new TypeError(`${kind} needs at least one argument`);
    if (kind !== "itemgetter" && typeof args[0] !== "string") refuse(`${kind} argument`, "a str", args[0]);
    this.kind = kind;
    this.args = args;
    this.kwargs = kwargs;
  }

  /** What an operator finds in its argument is for Python to say. */
  callOperator(): undefined {
    return undefined;
  }
  get [pyType](): string {
    return `operator.${this.kind}`;
  }
  [pyParts](): unknown[] {
    return [this.kind, this.args, this.kwargs?.size ? this.kwargs : null];
  }
  [pyRepr](): Parts {
    return callParts(`operator.${this.kind}(`, this.args, this.kwargs);
  }
}

const PARTIAL = new PyGlobal("functools", "partial");

export const functional: Table = {
  globals: {
    "functools.partial": {
      call(args) {
        callable(args[0]);
        return new PyPartial(args[0], tupleOfItems(args, 1));
      },
      setState(value, state) {
        const [func, args, kwargs, attrs] = tupleOf(state, 4, "partial state");
        callable(func);
        if (!isTuple(args)) return refuse("partial arguments", "a tuple", args);
        if (!(kwargs instanceof PyDict || kwargs === null)) return refuse("partial keywords", "a dict", kwargs);
        if (!(attrs instanceof PyDict || attrs === null)) return refuse("partial attributes", "a dict", attrs);
        Object.assign(value as PyPartial, { func, args, kwargs: kwargs ?? new PyDict(), attrs });
        return undefined;
      },
    },
    ...Object.fromEntries(
      KINDS.map((kind) => [`operator.${kind}`, { call: (args: PyTuple) => new PyOperator(kind, args) }]),
    ),
  },
  reducers: [
    [
      PyPartial,
      (partial: PyPartial) => {
        const { func, args, kwargs, attrs } = partial;
        return { func: PARTIAL, args: tuple(func), state: tuple(func, args, kwargs, attrs) };
      },
    ],
    [
      PyOperator,
      ({ kind, args, kwargs }: PyOperator) => {
        const func = new PyGlobal("operator", kind);
        if (!kwargs?.size) return { func, args };
        // As Python does it: partial(methodcaller, name, **kwargs)(*args).
        return { func: new PyPartial(func, tuple(args[0]), kwargs), args: tupleOfItems(args, 1) };
      },
    ],
  ],
};
