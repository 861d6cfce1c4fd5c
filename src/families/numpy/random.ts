/**
 * Random generators: their state, kept to the bit (numpy/random/_pickle.py). Nothing is drawn from them.
 *
 * NumPy 1 writes `__bit_generator_ctor("PCG64")` and a dict; NumPy 2 the class, and `(dict, seed sequence)`.
 *
 * @module
 */
import { NDArray } from "../../core/ndarray/index.ts";
import type { GlobalEntry, Reduction } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { inspect, type Parts, pyParts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { inspectText } from "../../core/values/repr.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { EMPTY_TUPLE, isTuple, type PyTuple, tuple } from "../../core/values/tuple.ts";
import type { Table } from "./table.ts";

/** What a random value of NumPy's is. */
export type RandomKind = "Generator" | "RandomState" | "BitGenerator" | "SeedSequence";

/**
 * A `numpy.random` generator, bit generator or seed sequence: inert, with its whole state.
 *
 * @example
 * ```ts
 * rng.name; // "PCG64"
 * rng.state.get("state"); // {'state': 207833532711051698738587646355624148094, 'inc': …}
 * ```
 */
export class NumpyRandom {
  readonly kind: RandomKind;
  /** The function that makes it in Python, and its arguments. */
  readonly func: PyGlobal;
  readonly args: PyTuple;
  /** @internal What `__setstate__` is given; undefined where nothing is. */
  raw: unknown;

  constructor(kind: RandomKind, func: PyGlobal, args: PyTuple) {
    this.kind = kind;
    this.func = func;
    this.args = args;
    this.raw = undefined;
  }

  /** Name of the bit generator (`"PCG64"`, `"MT19937"`), or `"SeedSequence"`. */
  get name(): string {
    if (this.kind === "SeedSequence") return this.kind;
    const [first] = this.args;
    if (first instanceof NumpyRandom) return first.name;
    if (first instanceof PyGlobal) return first.name;
    return typeof first === "string" ? first : String(this.state.get("bit_generator") ?? "MT19937");
  }

  /** The bit generator of a generator that names one; null where the state is the generator's own. */
  get bitGenerator(): NumpyRandom | null {
    return this.args[0] instanceof NumpyRandom ? this.args[0] : null;
  }

  /** The state as NumPy's `bit_generator.state` gives it; of a seed sequence, NumPy's `state` of it. */
  get state(): PyDict<string, unknown> {
    const { raw } = this;
    if (raw instanceof PyDict) return raw as PyDict<string, unknown>;
    if (this.kind === "SeedSequence") {
      const [entropy = null, spawned = 0, , poolSize = 4, spawnKey = EMPTY_TUPLE] = seedOf(this);
      return new PyDict<string, unknown>([
        ["entropy", entropy],
        ["spawn_key", spawnKey],
        ["pool_size", poolSize],
        ["n_children_spawned", spawned],
      ]);
    }
    if (isTuple(raw) && raw[0] instanceof PyDict) return raw[0] as PyDict<string, unknown>;
    if (isTuple(raw) && typeof raw[0] === "string" && raw[1] instanceof NDArray) {
      // The form of before NumPy 1.17: ("MT19937", key, pos, has_gauss, gauss).
      const [name, key, pos, hasGauss = 0, gauss = 0] = raw;
      const inner = new PyDict<string, unknown>([
        ["key", key],
        ["pos", pos],
      ]);
      return new PyDict<string, unknown>([
        ["bit_generator", name],
        ["state", inner],
        ["has_gauss", hasGauss],
        ["gauss", gauss],
      ]);
    }
    return this.bitGenerator?.state ?? new PyDict<string, unknown>();
  }

  /** The seed sequence that NumPy 2 keeps with a bit generator, or null. */
  get seedSequence(): unknown {
    if (this.bitGenerator !== null) return this.bitGenerator.seedSequence;
    return isTuple(this.raw) && this.raw[0] instanceof PyDict ? (this.raw[1] ?? null) : null;
  }

  get [pyType](): string {
    if (this.kind === "Generator") return "numpy.random._generator.Generator";
    if (this.kind === "RandomState") return "numpy.random.mtrand.RandomState";
    if (this.kind === "SeedSequence") return "numpy.random.bit_generator.SeedSequence";
    return `numpy.random.${this.name}`;
  }
  [pyParts](): unknown[] {
    return [this.kind, this.name, this.state, this.seedSequence];
  }
  [pyRepr](): Parts {
    if (this.kind === "SeedSequence") {
      const { state } = this;
      return ["SeedSequence(\n    entropy=", state.get("entropy"), ",\n)"];
    }
    return [this.kind === "BitGenerator" ? `<${this[pyType]}>` : `${this.kind}(${this.name})`];
  }
  [inspect](): string {
    return inspectText(this);
  }
}

/** `(entropy, n_children_spawned, pool, pool_size, spawn_key)`: given at once, or as the state. */
function seedOf({ raw, args }: NumpyRandom): readonly unknown[] {
  if (isTuple(raw)) return raw;
  return isTuple(args[2]) ? args[2] : [];
}

function maker(kind: RandomKind, module: string, name: string): GlobalEntry {
  const func = new PyGlobal(module, name);
  return {
    call: (args) => new NumpyRandom(kind, func, args),
    setState(target, state) {
      (target as NumpyRandom).raw = state;
    },
  };
}

function reduce({ func, args, raw }: NumpyRandom): Reduction {
  return raw === undefined ? { func, args } : { func, args, state: raw };
}

/** The reduction that every NumPy since 1.17 reads; a seed sequence beside the state is left out. */
export function reduceOld(made: NumpyRandom): Reduction {
  const { kind, name, state } = made;
  if (kind === "SeedSequence") return reduce(made);
  const words = {
    Generator: "__generator_ctor",
    RandomState: "__randomstate_ctor",
    BitGenerator: "__bit_generator_ctor",
  };
  return { func: new PyGlobal("numpy.random._pickle", words[kind]), args: tuple(name), state };
}

const MAKERS: readonly (readonly [RandomKind, module: string, name: string])[] = [
  ["Generator", "numpy.random._pickle", "__generator_ctor"],
  ["RandomState", "numpy.random._pickle", "__randomstate_ctor"],
  ["BitGenerator", "numpy.random._pickle", "__bit_generator_ctor"],
  ["RandomState", "numpy.random", "__RandomState_ctor"],
  ["SeedSequence", "numpy.random.bit_generator", "__pyx_unpickle_SeedSequence"],
  ["SeedSequence", "numpy.random._bit_generator", "__pyx_unpickle_SeedSequence"],
];

const CLASSES = [
  "_mt19937.MT19937",
  "_pcg64.PCG64",
  "_pcg64.PCG64DXSM",
  "_philox.Philox",
  "_sfc64.SFC64",
  "bit_generator.SeedSequence",
  "_bit_generator.SeedSequence",
];

export const randoms: Table = {
  globals: {
    ...Object.fromEntries(
      MAKERS.map(([kind, module, name]) => [`${module}.${name}`, maker(kind, module, name)] as const),
    ),
    ...Object.fromEntries(CLASSES.map((name) => [`numpy.random.${name}`, {}])),
  },
  reducers: [[NumpyRandom, reduce]],
};
