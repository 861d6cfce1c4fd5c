/**
 * Known names that are safe with the right arguments only.
 *
 * To add one: a row in `CHECKS`.
 *
 * @module
 */
import type { GlobalReference, GlobalUse, Symbolic } from "../../formats/pickle/tools/index.ts";
import { originOf } from "../../formats/pickle/tools/index.ts";
import type { Allowed } from "./allow.ts";
import { denied } from "./deny.ts";
import { type Issue, issue } from "./issue.ts";
import type { Severity } from "./types.ts";

interface About {
  readonly global: string;
  readonly arguments: string;
}

/** What is looked at; a method that gives undefined leaves it to the policy. */
interface Check {
  call?(use: GlobalUse, allowed: Allowed, about: About): Issue[] | undefined;
  /** How bad a call of what it gave is; null for what Python itself writes. */
  result?(use: GlobalUse, isKnown: (full: string) => boolean, ref: GlobalReference): Severity | null;
  state?(use: GlobalUse, allowed: Allowed, about: About): Issue[] | undefined;
}

const found = (rule: string, severity: Severity, { offset }: GlobalUse, message: string, about: About): Issue[] => [
  issue(rule, severity, offset, message, about),
];

/** A call whose target is an argument that nobody vouches for. */
const callsGiven = (use: GlobalUse, about: About): Issue[] =>
  found("higher-order", "dangerous", use, `${about.global} calls what it is given: (${about.arguments}).`, about);

/** Arguments that are looked at: many calls may share a long tuple, and what these names take is fewer. */
const MOST_ARGS = 64;

function textOf(value: Symbolic | undefined): string | null {
  return value?.kind === "atom" && typeof value.value === "string" ? value.value : null;
}

/** The full name of what an argument refers to by name alone. */
function named(value: Symbolic | undefined): string | null {
  return value?.kind === "global" && value.global.module !== null
    ? `${value.global.module}.${value.global.name}`
    : null;
}

const PLAIN = /^[A-Za-z][A-Za-z0-9_]*$/;
/** Attributes that Python's own pickles take of classes that are known. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  "zoneinfo.ZoneInfo._unpickle",
  "datetime.timezone.utc",
  "datetime.datetime.fromisoformat",
  "builtins.dict.fromkeys",
  "builtins.bytes.fromhex",
  "builtins.float.fromhex",
  "builtins.int.from_bytes",
  "builtins.str.maketrans",
  "builtins.bytes.maketrans",
]);

function isAttribute(full: string, name: string): boolean {
  const isKeras = name === "_unpickle_model" && KERAS_MODELS.test(full);
  return isKeras || ATTRIBUTES.has(`${full.replace(/^__builtin__\./, "builtins.")}.${name}`);
}

/** Classes of Keras's models: their method reads bytes, which are looked into. */
const KERAS_MODELS =
  /^(keras|tf_keras)(\.src)?\.(models|engine)\.(model|functional|sequential|training)\.(Model|Functional|Sequential)$/;

/** The class of an object that was made, if it is told by name. */
function classOf(value: Symbolic | undefined): string | null {
  if (value?.kind !== "made") return null;
  const by = named(value.by);
  return by !== null && /^copy_?reg\./.test(by) ? named(value.args[0]) : by;
}

const GETATTR = /^(builtins|__builtin__)\.getattr$/;

/** The user's class, or what plain attributes lead to from it: `Outer.Inner`, `cls.from_parts`; its name is told of already. */
function isOwn(value: Symbolic | undefined, isKnown: (full: string) => boolean, depth: number): boolean {
  if (value?.kind === "global") {
    const full = named(value);
    return full !== null && !isKnown(full);
  }
  if (value?.kind !== "made" || depth > 20 || !GETATTR.test(named(value.by) ?? "")) return false;
  const name = textOf(value.args[1]);
  return name !== null && (PLAIN.test(name) || name === "__new__") && isOwn(value.args[0], isKnown, depth + 1);
}

/** `methodcaller("split", maxsplit=1)`. */
function isPlainCaller([func, first]: readonly (Symbolic | undefined)[]): boolean {
  const name = textOf(first);
  const isCaller = /^_?operator\.methodcaller$/.test(named(func) ?? "");
  return isCaller && name !== null && PLAIN.test(name) && denied("x", name) === null;
}

/** Functions that libraries pickle within a partial, harmless with any arguments: pandas 1.3 makes blocks by it. */
const PARTIAL_OF = new Set(["pandas.core.internals.blocks.new_block"]);

const MOST_USES = 5000;

/** What a partial holds is called: a class that is known, or the user's own. */
const partial: Check = {
  result({ target, offset }, isKnown, ref) {
    if (target.kind !== "made" || named(target.by) === null) return "dangerous";
    // Each is looked at for each call.
    if (ref.uses.length > MOST_USES) return "dangerous";
    const states = ref.uses.filter(({ kind, target: one }) => kind === "setstate" && one === target);
    const held: (readonly (Symbolic | undefined)[])[] = states.length > 0 ? [] : [target.args];
    for (const { args } of states) {
      const [func, more] = args[0]?.kind === "tuple" ? args[0].items : [];
      if (func === undefined) return "dangerous";
      held.push([func, more?.kind === "tuple" ? more.items[0] : undefined]);
    }
    // A call before the first state is one of what it was made with.
    const [first] = states;
    if (first !== undefined && first.offset > offset) held.push(target.args);
    if (held.every((one) => isPlainCaller(one) || PARTIAL_OF.has(named(one[0]) ?? ""))) return null;
    if (!held.every(([func]) => isOwn(func, isKnown, 0))) return "dangerous";
    return "suspicious";
  },
};

const BUILTIN = /^(builtins|__builtin__)\.(str|bytes|bytearray|int|float|complex|list|tuple|dict|set|frozenset|range)$/;

const getattr: Check = {
  call(use, allowed, about) {
    const [object, attribute] = use.args;
    const name = textOf(attribute);
    if (name === null) {
      return found("computed-name", "dangerous", use, "getattr takes an attribute whose name is computed.", about);
    }
    const full = named(object);
    if (full !== null && isAttribute(full, name)) return [];
    const origin = object === undefined ? null : originOf(object);
    const owner = origin === null ? null : `${origin.module}.${origin.name}`;
    if (name === "__new__" && full !== null && allowed.policy(full) === undefined) {
      // How Python writes classes that are made with keywords, before protocol 4.
      return found("getattr", "suspicious", use, `getattr takes __new__ of ${full}.`, about);
    }
    const made = classOf(object);
    const isFree = made !== null && (allowed.policy(made) === undefined || made.startsWith("torch.nn.modules."));
    if (isFree && /^_[A-Za-z]\w*$/.test(name)) {
      // A bound method of an object of the user's: SciPy's distributions keep one, and torch's lazy layers.
      return found("getattr", "suspicious", use, `getattr takes ${name} of an object of ${made}.`, about);
    }
    if (!PLAIN.test(name) || denied("x", name) !== null) {
      const message = `getattr takes the attribute ${JSON.stringify(name)} of ${full ?? owner ?? "a value"}.`;
      return found("getattr", "dangerous", use, message, about);
    }
    if (full !== null && allowed.policy(full) !== undefined) {
      const message = `getattr takes ${name} of ${full}, which no pickle of Python's own does.`;
      // A method of a builtin type does nothing until it is called, which is told of by itself.
      return found("getattr", BUILTIN.test(full) ? "suspicious" : "dangerous", use, message, about);
    }
    // Methods of values, and members of the user's classes, whose own name is told of already.
    if (object?.kind === "atom" || (object !== undefined && "items" in object && object.kind !== "made")) return [];
    const message = `getattr takes ${name} of ${owner ?? "a value"}.`;
    return found("getattr", "suspicious", use, message, about);
  },
  result({ target }, isKnown) {
    if (target.kind !== "made") return "dangerous";
    const [object, attribute] = target.args;
    const [full, name] = [named(object), textOf(attribute)];
    if (full !== null && name !== null && isAttribute(full, name)) return null;
    return isOwn(target, isKnown, 0) ? "suspicious" : "dangerous";
  },
};

/** Functions that call the function they are given. */
const higher = (at = 0): Check => ({
  call(use, allowed, about) {
    const func = use.args[at];
    const full = named(func);
    const pure = full !== null && /^(builtins|__builtin__|_?operator|math)\./.test(full);
    const python3 = full?.replace(/^__builtin__\./, "builtins.");
    if (pure && python3 !== undefined && allowed.policy(python3) !== undefined && !CHECKS.has(python3)) return [];
    const plain = full !== null;
    const message = `${about.global} calls what it is given: (${about.arguments}).`;
    return found(
      "higher-order",
      plain && allowed.policy(full) === undefined ? "suspicious" : "dangerous",
      use,
      message,
      about,
    );
  },
});

function aboutInner(about: About, global: string): About {
  return {
    global,
    get arguments(): string {
      return about.arguments;
    },
  };
}

/** Functions that make the class they are given. */
const makes = (...places: number[]): Check => ({
  call(use, allowed, about) {
    for (const place of places) {
      const cls = use.args[place];
      const full = named(cls);
      if (full === null) {
        const message = `${about.global} makes a class that no name tells.`;
        return found("call-of-result", "dangerous", use, message, about);
      }
      const python3 = full.replace(/^__builtin__\./, "builtins.");
      const check = CHECKS.get(python3);
      const inner = { ...use, args: use.args.slice(place + 1, place + 2 + MOST_ARGS) };
      const issues = check?.call?.(inner, allowed, aboutInner(about, full));
      if (issues !== undefined && issues.length > 0) return issues;
      if (allowed.policy(python3) === "value") {
        const message = `${about.global} makes ${full}, which is no class of data.`;
        return found("unexpected-call", "suspicious", use, message, about);
      }
    }
    return [];
  },
});

const ENCODINGS =
  /^(latin-?1|latin_1|utf[-_]?8|ascii|us-ascii|iso-?8859-1|utf[-_]?(16|32)([-_]?[bl]e)?|cp\d+|raw_unicode_escape)$/i;

/** Text to bytes by an ordinary encoding. */
const encode: Check = {
  call(use, _, about) {
    const codec = textOf(use.args[1]);
    if (use.args.length < 2 || (codec !== null && ENCODINGS.test(codec))) return [];
    const message = `The codec ${codec === null ? "of a text is computed" : JSON.stringify(codec)}: codecs are modules that are imported.`;
    return found("odd-codec", "suspicious", use, message, about);
  },
};

const VAST = 2 ** 30;

/** Bytes, of so many zeros or by an encoding. */
const sized: Check = {
  call(use, allowed, about) {
    const [first] = use.args;
    const n = first?.kind === "atom" ? first.value : null;
    if ((typeof n === "number" || typeof n === "bigint") && n > VAST) {
      return found("vast-allocation", "suspicious", use, `${about.global} asks for ${n} bytes.`, about);
    }
    return encode.call!(use, allowed, about);
  },
};

const plainNames: Check = {
  call(use, _, about) {
    const names = use.args.slice(0, about.global.endsWith("methodcaller") ? 1 : MOST_ARGS + 1);
    const bad = names.find((one, i) => {
      // Nobody takes so many.
      if (i === MOST_ARGS) return true;
      const name = textOf(one);
      return name === null || name.split(".").some((part) => !PLAIN.test(part) || denied("x", part) !== null);
    });
    if (bad === undefined) return [];
    return found("getattr", "dangerous", use, `${about.global} takes the attribute (${about.arguments}).`, about);
  },
};

const never =
  (why: string, severity: Severity = "dangerous"): NonNullable<Check["call"]> =>
  (use, _, about) =>
    found("unexpected-call", severity, use, `${about.global} is called with (${about.arguments}): ${why}.`, about);

/** A path that leads elsewhere than to the data of time zones. */
const zonePath: Check = {
  call(use, _, about) {
    const path = use.args
      .slice(0, MOST_ARGS)
      .map(textOf)
      .find((text) => text !== null && /^[/\\]|\.\.|:/.test(text));
    if (path === undefined || /^\/(usr\/(share|lib|local\/share)|etc)\/(zoneinfo|localtime)/.test(path ?? ""))
      return [];
    return found("path", "suspicious", use, `${about.global} reads the file ${JSON.stringify(path)}.`, about);
  },
};

/** Fields of a wrapper, keys and values: it has three. */
const MOST_FIELDS = 40;

/** The name of a file beside this one, which joblib before 0.10 reads. */
const companion: Check = {
  state(use, _, about) {
    const [state] = use.args;
    const items = state?.kind === "dict" ? state.items : [];
    // The last of equal keys counts, and what comes after BUILD does not: all must be a plain name.
    const names =
      items.length > MOST_FIELDS
        ? [null]
        : items.flatMap((item, i) => (i % 2 === 0 && textOf(item) === "filename" ? [textOf(items[i + 1])] : []));
    const name = names.find((one) => one === null || one === "" || /[/\\:\0]|^\.\.?$/.test(one)) ?? null;
    if (names.length > 0 && name === null && !names.includes(null)) return [];
    const message = `joblib reads the file ${name === null ? "that is computed" : JSON.stringify(name)} with this one.`;
    return found("path", "dangerous", use, message, about);
  },
};

/** numpy imports the module of a ufunc. */
const ufunc: Check = {
  call(use, allowed, about) {
    const [module, name] = use.args.map(textOf);
    const full = `${module}.${name}`;
    const known =
      /^(numpy|scipy)\b/.test(full) && (allowed.policy(full) ?? allowed.policy(`numpy.${name}`)) !== undefined;
    if (module && name && (known || /^scipy\.special\._ufuncs$|^scipy\.special\._special_ufuncs$/.test(module)))
      return [];
    const bad = !module || !name || denied(module, name) !== null || !/^numpy\b/.test(module);
    const message = `${about.global} imports ${module && name ? full : "a module whose name is computed"}.`;
    return found("dangerous-name", bad ? "dangerous" : "suspicious", use, message, about);
  },
};

/** numpy calls the second argument with the first. */
const generator: Check = {
  call(use, allowed, about) {
    const bad = use.args.slice(0, MOST_ARGS).find((arg) => {
      const origin = originOf(arg);
      if (arg.kind === "atom") return false;
      const full = origin === null ? "" : `${origin.module}.${origin.name}`;
      return !full.startsWith("numpy.random.") || allowed.policy(full) === undefined;
    });
    if (bad === undefined) return [];
    return callsGiven(use, about);
  },
};

const type: Check = {
  call(use, _, about) {
    const [only] = use.args;
    const single = use.args.length === 1 && (only?.kind === "atom" || named(only) !== null);
    if (single) return [];
    return found(
      "unexpected-call",
      "dangerous",
      use,
      `A class is made while the file is loaded: (${about.arguments}).`,
      about,
    );
  },
};

const iter: Check = {
  call: (use, allowed, about) => (use.args.length < 2 ? [] : higher().call?.(use, allowed, about)),
};

/** torch calls the first argument with the third. */
const fromType: Check = {
  call(use, _, about) {
    const full = named(use.args[0]);
    if (full !== null && /^torch\.(_utils\._rebuild_\w+|nested\._internal\.nested_tensor\._rebuild_njt)$/.test(full))
      return [];
    return callsGiven(use, about);
  },
};

/** joblib's Memory makes a folder when it is made with a place. */
const memory: Check = {
  call(use, _, about) {
    const text = use.args
      .slice(0, MOST_ARGS)
      .map(textOf)
      .find((one) => one !== null);
    if (text === undefined) return [];
    return found("path", "suspicious", use, `${about.global} makes the folder ${JSON.stringify(text)}.`, about);
  },
};

const NDARRAYS = ["numpy.memmap", "numpy.core.memmap.memmap", "numpy._core.memmap.memmap"];

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["builtins.getattr", getattr],
  ["functools.partial", partial],
  ["builtins.type", type],
  ["builtins.iter", iter],
  ...["builtins.map", "builtins.filter", "functools.reduce", "_functools.reduce", "itertools.starmap"].map(
    (name) => [name, higher()] as const,
  ),
  ...["builtins.bytes", "builtins.bytearray"].map((name) => [name, sized] as const),
  ...["builtins.str", "_codecs.encode"].map((name) => [name, encode] as const),
  ...["operator.attrgetter", "_operator.attrgetter", "operator.methodcaller", "_operator.methodcaller"].map(
    (name) => [name, plainNames] as const,
  ),
  ["copyreg._reconstructor", makes(1)],
  ["copyreg.__newobj__", makes(0)],
  ["copyreg.__newobj_ex__", makes(0)],
  ...[
    "pandas.core.indexes.base._new_Index",
    "pandas.indexes.base._new_Index",
    "pandas.core.index._new_Index",
    "pandas.core.indexes.datetimes._new_DatetimeIndex",
    "pandas.tseries.index._new_DatetimeIndex",
    "pandas.core.indexes.base._new_DatetimeIndex",
    "pandas.core.indexes.period._new_PeriodIndex",
    "pandas.tseries.period._new_PeriodIndex",
    "pandas.core.indexes.interval._new_IntervalIndex",
    "pandas.core.indexes.timedeltas._new_TimedeltaIndex",
    "pandas._libs.arrays.__pyx_unpickle_NDArrayBacked",
    "torch._utils._rebuild_wrapper_subclass",
  ].map((name) => [name, makes(0)] as const),
  ...["numpy._core._ufunc_reconstruct", "numpy.core._ufunc_reconstruct"].map((name) => [name, ufunc] as const),
  ...[
    "numpy.random._pickle.__generator_ctor",
    "numpy.random._pickle.__randomstate_ctor",
    "numpy.random._pickle.__bit_generator_ctor",
    "numpy.random.__RandomState_ctor",
  ].map((name) => [name, generator] as const),
  ...NDARRAYS.map((name) => [name, { call: never("a memmap opens or makes a file") }] as const),
  ["torch._tensor._rebuild_from_type_v2", fromType],
  ...[
    "dateutil.tz.tzfile",
    "dateutil.tz.tz.tzfile",
    "dateutil.tz.gettz",
    "dateutil.tz.tz.gettz",
    "zoneinfo.ZoneInfo",
  ].map((name) => [name, zonePath] as const),
  ...[
    "joblib.numpy_pickle.NDArrayWrapper",
    "joblib.numpy_pickle_compat.NDArrayWrapper",
    "sklearn.externals.joblib.numpy_pickle.NDArrayWrapper",
    "sklearn.externals.joblib.numpy_pickle_compat.NDArrayWrapper",
    "joblib.numpy_pickle.ZNDArrayWrapper",
    "joblib.numpy_pickle_compat.ZNDArrayWrapper",
    "sklearn.externals.joblib.numpy_pickle.ZNDArrayWrapper",
    "sklearn.externals.joblib.numpy_pickle_compat.ZNDArrayWrapper",
  ].map((name) => [name, companion] as const),
  ...["joblib.memory.Memory", "sklearn.externals.joblib.memory.Memory"].map((name) => [name, memory] as const),
]);

/** What is looked at in the uses of a known name. */
export function checkOf(full: string): Check | undefined {
  return (
    CHECKS.get(full) ?? (/^sklearn\..*\.(newObj|__pyx_unpickle_\w+)$|^_loss\.__pyx/.test(full) ? makes(0) : undefined)
  );
}

/** Names whose bytes are a file of their own, which is loaded with this one. */
export const OPENERS: ReadonlyMap<string, string> = new Map([
  ["torch.storage._load_from_bytes", "torch"],
  ["keras.saving.pickle_utils.deserialize_model_from_bytecode", "keras"],
  ["keras.src.saving.pickle_utils.deserialize_model_from_bytecode", "keras"],
  ["keras.engine.training._unpickle_model", "keras"],
  ["keras.src.engine.training._unpickle_model", "keras"],
  ["keras.src.models.model._unpickle_model", "keras"],
]);
