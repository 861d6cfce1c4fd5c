import { toPython3 } from "../../../formats/pickle/compat.ts";
import { type Case, type Found, moduleOf, type Rule } from "../rule.ts";
import { counted, fullName, madeBy, textOf } from "../symbols.ts";
import { isStep } from "../walk.ts";

/** Names that `weights_only` takes by itself, by module: those of torch 2.15, which earlier ones have most of. */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  _codecs: /^encode$/,
  builtins: /^(bytearray|complex|set)$/,
  collections: /^(Counter|OrderedDict)$/,
  torch:
    /^((BFloat16|Bool|Byte|Char|Double|Float|Half|Int|Long|Short)(Storage|Tensor)|Complex(Double|Float)Storage|Q(Int(8|32)|UInt(2x4|4x2|8))Storage|Size|Tensor|device|b?complex(32|64|128)|bfloat16|bits(8|16|1x8|2x4|4x2)|bool|float(16|32|64)|float(4_e2m1fn_x2|8_(e4m3fn|e4m3fnuz|e5m2|e5m2fnuz|e8m0fnu))|u?int([1-8]|16|32|64)|per_(channel|tensor)_(affine|symmetric)|per_channel_affine_float_qparams|qu?int(8|32)|quint(2x4|4x2))$/,
  "torch._tensor": /^_rebuild_from_type_v2$/,
  "torch._utils":
    /^_rebuild_(device_tensor_from_(cpu_tensor|numpy)|meta_tensor_no_storage|parameter(_with_state)?|qtensor|sparse_tensor|tensor(_v[23])?|wrapper_subclass)$/,
  "torch.cuda":
    /^((BFloat16|Bool|Byte|Char|Double|Float|Half|Int|Long|Short)(Storage|Tensor)|Complex(Double|Float)Storage)$/,
  "torch.cuda.sparse": /^(BFloat16|Byte|Char|Double|Float|Half|Int|Long|Short)Tensor$/,
  "torch.nn.parameter": /^Parameter$/,
  "torch.serialization": /^_get_layout$/,
  "torch.sparse": /^(BFloat16|Byte|Char|Double|Float|Half|Int|Long|Short)Tensor$/,
  "torch.storage": /^(Untyped|Typed)Storage$/,
};

/** Modules that no list lets in. */
const BLOCKED = /^(sys|os|posix|nt)$/;

/** The opcodes that its unpickler knows. */
const KNOWN: ReadonlySet<string> = new Set(
  (
    "GLOBAL NEWOBJ REDUCE BUILD APPEND APPENDS SETITEM SETITEMS MARK TUPLE TUPLE1 TUPLE2 TUPLE3 NONE NEWFALSE NEWTRUE " +
    "EMPTY_TUPLE EMPTY_LIST EMPTY_DICT EMPTY_SET BININT BININT1 BININT2 BINFLOAT BINUNICODE SHORT_BINSTRING BINPERSID " +
    "BINGET LONG_BINGET BINPUT LONG_BINPUT LONG1 PROTO STOP"
  ).split(" "),
);

/** NumPy's classes of dtypes by the letter and size in a pickle; the class is asked for when the dtype gets its state. */
const DTYPES: readonly (readonly [RegExp, string])[] = [
  [/^[b?]1?$/, "Bool"],
  [/^i(\d)$/, "Int"],
  [/^u(\d)$/, "UInt"],
  [/^f(\d+)$/, "Float"],
  [/^c(\d+)$/, "Complex"],
  [/^O/, "Object"],
  [/^S/, "Bytes"],
  [/^U/, "Str"],
  [/^V/, "Void"],
  [/^M8/, "DateTime64"],
  [/^m8/, "TimeDelta64"],
];

function dtypeClass(letters: string): string | null {
  for (const [pattern, name] of DTYPES) {
    const bytes = pattern.exec(letters)?.[1];
    if (pattern.test(letters)) return `numpy.dtypes.${name}${bytes === undefined ? "" : Number(bytes) * 8}DType`;
  }
  return null;
}

/** The names of a file that `weights_only=True` asks for and does not know, in the order of the file. */
export function unlisted({ references }: Case): string[] {
  const names = new Set<string>();
  for (const reference of references) {
    const { module, name, uses } = reference;
    if (module === null || name === null) continue;
    // Names of Python 2 are those of Python 3 to it.
    const [place, word] = toPython3(module, name);
    const full = `${place}.${word}`;
    if (!Object.hasOwn(ALLOWED, place) || !ALLOWED[place]!.test(word)) names.add(full);
    if (full !== "numpy.dtype") continue;
    for (const use of uses) {
      const cls = use.kind === "reduce" ? dtypeClass(textOf(use.args[0]) ?? "") : null;
      if (cls !== null) names.add(cls);
    }
  }
  return [...names];
}

/** The call that lets names in. Functions of NumPy and paths tell another module than the one that files name. */
export function safeGlobals(names: readonly string[]): string {
  const modules = new Set(["torch"]);
  // Only what Python takes for names comes into code that people paste.
  const items = names
    .filter((full) => /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/.test(full))
    .map((full) => {
      const [module, name] = [full.slice(0, full.lastIndexOf(".")), full.slice(full.lastIndexOf(".") + 1)];
      if (module === "builtins") return name;
      modules.add(module);
      return /^(numpy\.(_?core|random)|pathlib)\b/.test(full) ? `(${full}, "${full}")` : full;
    });
  const imports = [...modules].map((module) => `import ${module}`).join("\n");
  return `${imports}\ntorch.serialization.add_safe_globals([${items.join(", ")}])`;
}

/** `torch.load(…, weights_only=True)`, the default since 2.6: it knows a list of names, and takes more. */
export const torchWeightsOnly: Rule = {
  name: "torch-weights-only",
  error: /Weights only load failed|Unsupported (global|operand)|weights_only/,
  cause: "torch.load since 2.6 calls only what is on its list (weights_only=True), and the file names more",
  fix: "when you trust the file: torch.serialization.add_safe_globals([…]) before torch.load",
  fixable: false,
  detect(file) {
    if (!file.torch) return [];
    const names = unlisted(file);
    const found: Found[] = [];
    const where = "torch >= 2.6, weights_only";
    const never = "no list helps: torch.load(file, weights_only=False) runs the file, so do it only when you trust it";
    const operand = file.parts.find((part) => isStep(part) && !KNOWN.has(part.op.opcode.name));
    if (isStep(operand)) {
      const fix = "doctor --fix --for python=2.7 writes it in protocol 2, which it knows";
      found.push({ where, message: `Unsupported operand ${operand.op.opcode.code}`, fixable: true, fix });
    }
    for (const full of names) {
      const module = moduleOf(full);
      if (!BLOCKED.test(module)) continue;
      const message = `Trying to load unsupported GLOBAL ${full} whose module ${module} is blocked.`;
      found.push({ where, message, fix: never });
    }
    const [first] = names;
    if (first !== undefined) {
      const shown = first.replace(/^builtins\./, "");
      const message = `WeightsUnpickler error: Unsupported global: GLOBAL ${shown} was not an allowed global by default.`;
      found.push({ where, message, about: counted(names.length, "name"), code: safeGlobals(names) });
    }
    for (const message of refused(file)) found.push({ where, message, fix: never });
    return found;
  },
};

/** What it refuses whatever is listed: modules with their source, and classes of lists and dicts that are filled. */
function refused({ filled, persistent }: Case): string[] {
  const messages = new Set<string>();
  if (persistent.some(({ id }) => id.kind === "tuple" && textOf(id.items[0]) !== "storage")) {
    messages.add("Only persistent_load of storage is allowed, but got <class 'str'>");
  }
  for (const [made, { opcode }] of filled) {
    if (madeBy(made, /^collections\.(OrderedDict|Counter)$/)) continue;
    const name = made.by.kind === "global" ? (fullName(made.by.global) ?? "") : "";
    const what = opcode.name.startsWith("APPEND")
      ? `Can only ${opcode.name === "APPEND" ? "append to" : "extend"} lists`
      : `Can only ${opcode.name} for dict, collections.OrderedDict, collections.Counter`;
    messages.add(`${what}, but got <class '${name}'>`);
  }
  return [...messages];
}
