/**
 * The pickler of `joblib.hash`: protocol 3, strings never in the memo, dicts and sets sorted, arrays and dtypes straight
 * into the digest (joblib/hashing.py, `Hasher`, `NumpyHasher`).
 *
 * @module
 */
import type { Digest } from "../../core/bytes/hashes.ts";
import { PicklingError } from "../../core/errors.ts";
import {
  array,
  DType,
  MaskedArray,
  NDArray,
  NumpyScalar,
  SubclassArray,
  typedDType,
} from "../../core/ndarray/index.ts";
import type { Pack, PackContext, Reducer, Reduction } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { GONE } from "../../core/values/keys.ts";
import { PyObject } from "../../core/values/object.ts";
import { isPlain, typeName } from "../../core/values/repr.ts";
import { PyByteArray, PyFloat, PyGlobal } from "../../core/values/scalars.ts";
import { PyFrozenSet, PySet } from "../../core/values/set.ts";
import { EMPTY_TUPLE, isFloatAt, isTuple, tuple, tupleFrom } from "../../core/values/tuple.ts";
import { dumps } from "../../formats/pickle/index.ts";
import { reduceObject } from "../../formats/pickle/write/reducers.ts";
import { PyEnumMember, PyPath } from "../stdlib/index.ts";
import { sortedPlaces } from "./sorting.ts";
import { OpStream } from "./stream.ts";

const BATCH = 1000;
const MARKED = 0x28;

/** What the hasher must know. */
export interface HasherOptions {
  digest: Digest;
  coerceMmap: boolean;
  /** Packs that reduce classes, NumPy's among them. */
  packs: readonly Pack[];
  /** `pickle.DEFAULT_PROTOCOL` of the Python to agree with. */
  dtypeProtocol: number;
  /** NumPy's major version. */
  numpy: 1 | 2;
  /** Has the Python `pathlib._local`, as 3.13 alone? */
  localPaths: boolean;
  /** The packs by which dtypes are pickled as that NumPy does. */
  dtypePacks: () => readonly Pack[];
  /** The hash of a key that has no order, for the order. */
  inner: (value: unknown) => string;
}

type Step = (hasher: Hasher) => void;

/** Work that is not done yet: steps in turn, or the items of a container. */
interface Frame {
  /** Items that are saved one by one, or null for steps. */
  readonly items: ArrayLike<unknown> | null;
  readonly isFloat: (at: number) => boolean;
  readonly steps: readonly Step[];
  /** Items of one batch (a list's 1, a dict's 2 by pair), and the opcodes that end it; 0: no batches. */
  readonly unit: number;
  readonly one: number;
  readonly many: number;
  at: number;
}

/** Functions among Python's builtins; all other names are classes. */
const BUILTINS: ReadonlySet<string> = new Set(
  (
    "__build_class__ __import__ abs aiter all anext any ascii bin breakpoint callable chr compile delattr dir divmod " +
    "eval exec format getattr globals hasattr hash hex id input isinstance issubclass iter len locals max min next oct " +
    "open ord pow print repr round setattr sorted sum vars"
  ).split(" "),
);

const never = (): boolean => false;

export class Hasher implements PackContext {
  readonly protocol = 3;
  readonly bigints = false;
  readonly #options: HasherOptions;
  readonly #s = new OpStream();
  readonly #memo = new Map<unknown, number>();
  readonly #globals = new Map<string, PyGlobal>();
  readonly #frames: Frame[] = [];

  constructor(options: HasherOptions) {
    this.#options = options;
  }

  /** The digest of a value. Throws `PicklingError` for what Python could not pickle. */
  hash(value: unknown): string {
    this.#s.op1(0x80, 3);
    this.#save(value, false);
    for (let top = this.#frames.at(-1); top !== undefined; top = this.#frames.at(-1)) this.#work(top);
    this.#s.op(0x2e);
    return this.#options.digest.update(this.#s.bytes()).hex();
  }

  #work(frame: Frame): void {
    const { items, unit, steps } = frame;
    if (items === null) {
      const step = steps[frame.at++];
      if (step === undefined) this.#frames.pop();
      else step(this);
      return;
    }
    const batch = BATCH * unit;
    const depth = this.#frames.length;
    while (this.#frames.length === depth) {
      const at = frame.at++;
      if (unit > 0 && at > 0 && (at % batch === 0 || at === items.length)) {
        const size = at % batch === 0 ? batch : at % batch;
        this.#s.op(size > unit ? frame.many : frame.one);
      }
      if (at >= items.length) {
        this.#frames.pop();
        return;
      }
      if (unit > 0 && at % batch === 0 && items.length - at > unit) this.#s.op(MARKED);
      this.#save(items[at], frame.isFloat(at));
    }
  }

  #plan(...steps: Step[]): void {
    this.#frames.push({ items: null, isFloat: never, steps, unit: 0, one: 0, many: 0, at: 0 });
  }

  #each(items: ArrayLike<unknown>, isFloat: (at: number) => boolean, unit = 0, one = 0, many = 0): void {
    this.#frames.push({ items, isFloat, steps: [], unit, one, many, at: 0 });
  }

  #memoize(value: unknown): void {
    // What is a str or bytes to Python is told by its value alone.
    if (value instanceof NumpyScalar && /[SU]/.test(value.dtype.kind)) return;
    if (value instanceof PyEnumMember && value.type === "StrEnum") return;
    const slot = this.#memo.size;
    this.#s.put(slot);
    this.#memo.set(value, slot);
  }

  /** Writes a reference to what was written before. */
  #known(value: unknown): boolean {
    const slot = this.#memo.get(value);
    if (slot === undefined) return false;
    this.#s.get(slot);
    return true;
  }

  #save(value: unknown, isFloat: boolean): void {
    const s = this.#s;
    switch (typeof value) {
      case "number":
        if (!isFloat && Number.isSafeInteger(value) && !Object.is(value, -0)) s.int(value);
        else s.float(value);
        return;
      case "bigint":
        s.int(value);
        return;
      case "boolean":
        s.op(value ? 0x88 : 0x89);
        return;
      case "string":
        s.text(value);
        return;
      case "object":
        if (value === null) s.op(0x4e);
        else this.#object(value);
        return;
      default:
        this.#reduced(value as object);
    }
  }

  #object(value: object): void {
    if (value instanceof NDArray || value instanceof MaskedArray) {
      if (!value.dtype.hasObject) return this.#array(value);
    } else if (value instanceof DType) return this.#dtype(value);
    else if (value instanceof PyFloat) {
      this.#s.float(value.value);
      return;
    }
    if (this.#known(value)) return;
    const kind = (Object.getPrototypeOf(value) as object | null)?.constructor;
    if (kind === Array) return isTuple(value) ? this.#tuple(value) : this.#list(value as unknown[]);
    if (kind === PyDict) return this.#dict(value as PyDict, value);
    if (kind === PySet) return this.#set(elements(value as PySet));
    if (kind === PyFrozenSet) {
      const items = elements(value as PyFrozenSet);
      return this.#reduction(value, { func: this.#named("builtins", "frozenset"), args: tuple(items) });
    }
    if (value instanceof PyGlobal) return this.#global(value);
    if (kind === PyObject) return this.#reduction(value, reduceObject(value as PyObject));
    if (kind === PyByteArray) {
      const args = (value as PyByteArray).length === 0 ? EMPTY_TUPLE : tuple(new Uint8Array(value as PyByteArray));
      return this.#reduction(value, { func: this.#named("builtins", "bytearray"), args });
    }
    if (value instanceof Uint8Array) {
      this.#s.byteString(value);
      return;
    }
    if (value instanceof ArrayBuffer) {
      this.#s.byteString(new Uint8Array(value));
      return;
    }
    if (typedDType(value) !== null) return this.#array(array(value));
    if (kind === Map) return this.#dict(new PyDict(value as Map<unknown, unknown>), value);
    if (kind === Set) return this.#set([...(value as Set<unknown>)]);
    if (isPlain(value)) return this.#dict(new PyDict<unknown, unknown>(Object.entries(value)), value);
    this.#reduced(value);
  }

  #list(list: readonly unknown[]): void {
    this.#s.op(0x5d);
    this.#memoize(list);
    this.#each(list, (at) => isFloatAt(list, at), 1, 0x61, 0x65);
  }

  #tuple(items: readonly unknown[]): void {
    const n = items.length;
    if (n === 0) {
      this.#s.op(0x29);
      return;
    }
    if (n > 3) this.#s.op(MARKED);
    this.#plan(() => {
      const slot = this.#memo.get(items);
      if (slot === undefined) {
        this.#s.op(n > 3 ? 0x74 : 0x84 + n);
        this.#memoize(items);
        return;
      }
      // It was written inside itself.
      for (let i = n > 3 ? n - 1 : 0; i < n; i++) this.#s.op(n > 3 ? 0x31 : 0x30);
      this.#s.get(slot);
    });
    this.#each(items, (at) => isFloatAt(items, at));
  }

  #dict(dict: PyDict, memoized: unknown): void {
    this.#s.op(0x7d);
    this.#memoize(memoized);
    this.#pairs(dict);
  }

  /** `_batch_setitems(sorted(items))`; keys without an order are replaced by their hash. */
  #pairs(dict: PyDict): void {
    dict.settle();
    const keys: unknown[] = [];
    const values: unknown[] = [];
    const keyFloats = dict.k.floats;
    const isKeyFloat: boolean[] = [];
    const isValueFloat: boolean[] = [];
    for (const [position, key] of dict.k.keys.entries()) {
      if (key === GONE) continue;
      isKeyFloat.push(keyFloats?.has(position) === true);
      isValueFloat.push(dict.isFloat(position));
      keys.push(key);
      values.push(dict.v[position]);
    }
    let places = sortedPlaces(keys);
    let shown = keys;
    if (places === null) {
      shown = keys.map((key, i) => this.#options.inner(isKeyFloat[i] ? new PyFloat(key as number) : key));
      isKeyFloat.fill(false);
      places = sortedPlaces(shown) as number[];
    }
    const order = places;
    const flat: unknown[] = [];
    for (const at of order) flat.push(shown[at], values[at]);
    const isFloat = (i: number): boolean => {
      const at = order[i >> 1] as number;
      return (i & 1 ? isValueFloat[at] : isKeyFloat[at]) === true;
    };
    this.#each(flat, isFloat, 2, 0x73, 0x75);
  }

  /** A `_ConsistentSet`, whose only attribute is the sorted items. */
  #set(items: unknown[]): void {
    let sequence: unknown[];
    const places = sortedPlaces(items);
    if (places === null) sequence = items.map((item) => this.#options.inner(item)).sort();
    else sequence = places.map((at) => items[at]);
    this.#reduction(
      {},
      {
        func: this.#named("joblib.hashing", "_ConsistentSet"),
        args: EMPTY_TUPLE,
        isNew: true,
        state: new PyDict([["_sequence", sequence]]),
      },
    );
  }

  #named(module: string, name: string): PyGlobal {
    return new PyGlobal(module, name);
  }

  /** Names as NumPy's version at hand has them; one name is one object. */
  #global({ module, name }: PyGlobal): void {
    const core = this.#options.numpy === 2 ? "numpy._core" : "numpy.core";
    if (/^numpy\._?core\.multiarray$/.test(module)) return this.#builtin(`${core}._multiarray_umath`, name);
    if (module === "builtins" && BUILTINS.has(name)) return this.#builtin(module, name);
    if (module === "pathlib" && this.#options.localPaths) module = "pathlib._local";
    if (this.#options.numpy === 2 && module.startsWith("numpy.core.")) module = `numpy._core.${module.slice(11)}`;
    const key = `${module}\n${name}`;
    const same = this.#globals.get(key);
    if (same !== undefined && this.#known(same)) return;
    const stand = new PyGlobal(module, name);
    this.#globals.set(key, stand);
    this.#s.global(module, name);
    this.#memoize(stand);
  }

  /** A function in C is a `_MyHash` of its name and its module's, made anew each time. */
  #builtin(module: string, name: string): void {
    const func = this.#named("joblib.hashing", "_MyHash");
    this.#reduction({}, { func, args: EMPTY_TUPLE, isNew: true, state: new PyDict([["args", tuple(name, module)]]) });
  }

  /** The class, and what tells views of the same bytes apart; the bytes go to the digest at once. */
  #array(made: NDArray | MaskedArray): void {
    const data = made instanceof MaskedArray ? made.data : made;
    const { digest, coerceMmap, numpy } = this.#options;
    digest.update(data.rawBytes(!data.isC && data.isF ? "F" : "C"));
    let cls = this.#named("numpy", "ndarray");
    if (made instanceof SubclassArray) {
      if (!coerceMmap || made.cls.name !== "memmap") cls = current(made.cls, numpy);
    } else if (made instanceof NDArray && made.constructor !== NDArray) cls = this.#nameOf(made.constructor) ?? cls;
    if (made instanceof MaskedArray) {
      cls = made.cls.name === "MaskedArray" && numpy === 2 ? this.#named("numpy.ma", "MaskedArray") : made.cls;
    }
    const shape = tupleFrom([...data.shape]);
    this.#tuple(tuple(cls, tuple("HASHED", data.dtype, shape, tupleFrom([...data.strides]))));
  }

  /** The name under which a pack knows a class of the caller's. */
  #nameOf(js: unknown): PyGlobal | null {
    for (const { globals } of this.#options.packs) {
      for (const [name, { value }] of globals) {
        const dot = name.lastIndexOf(".");
        if (value === js) return new PyGlobal(name.slice(0, dot), name.slice(dot + 1));
      }
    }
    return null;
  }

  #dtype(made: DType): void {
    const { digest, dtypePacks, dtypeProtocol } = this.#options;
    digest.update(new TextEncoder().encode("_HASHED_DTYPE"));
    digest.update(dumps(made, { packs: dtypePacks(), protocol: dtypeProtocol, canonical: true }));
  }

  #reduced(value: object | undefined): void {
    if (value === undefined) throw new PicklingError("cannot hash undefined: Python has no such value");
    if (this.#options.localPaths && value instanceof PyPath) {
      return this.#reduction(value, { func: this.#named("pathlib", value.kind), args: tuple(...value.segments) });
    }
    const kind = (Object.getPrototypeOf(value) as object | null)?.constructor;
    for (const pack of this.#options.packs) {
      const reducer = pack.reducers.get(kind) as Reducer<unknown> | undefined;
      if (reducer === undefined) continue;
      const made = reducer(value, this);
      if (made instanceof PyGlobal) this.#global(made);
      else this.#reduction(value, made);
      return;
    }
    throw new PicklingError(`cannot hash a ${typeName(value)}: Python has no such value; give a pack that reduces it`);
  }

  /** `save_reduce`. */
  #reduction(value: object, { func, args, isNew, kwargs, state, items, pairs }: Reduction): void {
    const s = this.#s;
    const save =
      (part: unknown): Step =>
      () =>
        this.#save(part, false);
    const steps: Step[] = [];
    if (isNew && kwargs && kwargs.size > 0) {
      const maker = new PyObject(this.#named("functools", "partial"), tuple(func), "call");
      maker.rare = { state: tuple(func, tuple(func, ...args), kwargs, null) };
      steps.push(save(maker), save(EMPTY_TUPLE), () => s.op(0x52));
    } else steps.push(save(func), save(args), () => s.op(isNew ? 0x81 : 0x52));
    steps.push(() => {
      if (!this.#memo.has(value)) return this.#memoize(value);
      s.op(0x30);
      this.#known(value);
    });
    if (items && items.length > 0) steps.push(() => this.#each(items, (at) => isFloatAt(items, at), 1, 0x61, 0x65));
    if (pairs && pairs.size > 0) steps.push(() => this.#pairs(pairs));
    if (state !== undefined) steps.push(save(state), () => s.op(0x62));
    this.#plan(...steps);
  }
}

/** What is in a set, floats told from ints. */
function elements(set: PySet | PyFrozenSet): unknown[] {
  set.settle();
  const { keys, floats } = set.k;
  const items: unknown[] = [];
  for (const [i, key] of keys.entries()) {
    if (key !== GONE) items.push(floats?.has(i) ? new PyFloat(key as number) : key);
  }
  return items;
}

/** A class under the name that a major version of NumPy gives it. */
function current(cls: PyGlobal, numpy: 1 | 2): PyGlobal {
  if (cls.module === "numpy.core.defchararray") return new PyGlobal(numpy === 2 ? "numpy.char" : "numpy", "chararray");
  return cls.module === "numpy" && cls.name === "recarray" && numpy === 2 ? new PyGlobal("numpy.rec", "recarray") : cls;
}
