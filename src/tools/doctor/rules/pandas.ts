import type { GlobalUse } from "../../../formats/pickle/tools/index.ts";
import { type Edit, type Found, moduleOf, named, type Rule } from "../rule.ts";
import { fullName } from "../symbols.ts";
import { newer, older, saidNewer, saidOlder } from "../versions.ts";

const NUMERIC = /^pandas\.core\.indexes\.numeric\.(Int64Index|UInt64Index|Float64Index|NumericIndex)$/;

/** Names of pandas up to 0.2x, and what they became. */
const OLD: readonly (readonly [old: RegExp, now: string])[] = [
  [/^pandas\.(core\.index|indexes\.base)\.(Index|_new_Index)$/, "pandas.core.indexes.base.$2"],
  [/^pandas\.core\.index\.(Int64Index|UInt64Index|Float64Index)$/, "pandas.core.indexes.numeric.$1"],
  [/^pandas\.core\.index\.MultiIndex$/, "pandas.core.indexes.multi.MultiIndex"],
  [/^pandas\.core\.index\.RangeIndex$/, "pandas.core.indexes.range.RangeIndex"],
  [/^pandas\.indexes\./, "pandas.core.indexes."],
  [/^pandas\.tseries\.index\./, "pandas.core.indexes.datetimes."],
  [/^pandas\.tseries\.tdi\./, "pandas.core.indexes.timedeltas."],
  [/^pandas\.tseries\.period\./, "pandas.core.indexes.period."],
  [/^pandas\.core\.categorical\.Categorical$/, "pandas.core.arrays.categorical.Categorical"],
  [/^pandas\.(core\.base|core\.indexes\.frozen|indexes\.frozen)\.FrozenNDArray$/, "numpy.ndarray"],
  [/^pandas\.core\.base\.FrozenList$/, "pandas.core.indexes.frozen.FrozenList"],
  [/^pandas\.core\.series\.TimeSeries$/, "pandas.core.series.Series"],
  [/^pandas\.(tslib|_libs\.tslib)\.__nat_unpickle$/, "pandas._libs.tslibs.nattype.__nat_unpickle"],
  [/^pandas\.(tslib|_libs\.tslib)\.Timestamp$/, "pandas._libs.tslibs.timestamps.Timestamp"],
  [/^pandas\.(_period|_libs\.period)\.Period$/, "pandas._libs.tslibs.period.Period"],
];

/** The version that lost a name. */
const lost = (full: string): string =>
  /^pandas\.core\.index\./.test(full) ? "2.0" : /FrozenNDArray$/.test(full) ? "1.0" : "0.25";

const modern = (full: string): string => OLD.reduce((name, [old, now]) => name.replace(old, now), full);

/** Names of pandas 0.2x. */
export const pandasModules: Rule = {
  name: "pandas-modules",
  error:
    /No module named '?pandas\.(indexes|core\.index|tseries\.(index|tdi)|core\.categorical|tslib|_period)|FrozenNDArray/,
  cause: "pandas moved its classes between 0.20 and 1.0, and 2.0 threw the old places out",
  fix: "doctor --fix --for pandas=VERSION, or pandas.read_pickle",
  fixable: true,
  detect(file) {
    const found = new Map<string, Found>();
    for (const full of named(file, /^pandas\./)) {
      const since = lost(full);
      if (modern(full) === full || !newer(file.versions, "pandas", since)) continue;
      const message = /FrozenNDArray$/.test(full)
        ? `AttributeError: Can't get attribute 'FrozenNDArray' on <module '${moduleOf(full)}'`
        : `ModuleNotFoundError: No module named '${missing(moduleOf(full))}'`;
      found.set(message, { where: `pandas >= ${since}`, message });
    }
    return [...found.values()];
  },
  rename: (full, versions) =>
    full.startsWith("pandas.") && saidNewer(versions, "pandas", lost(full)) ? modern(full) : full,
};

/** The first part of a module's name that is gone. */
const missing = (module: string): string => (module.startsWith("pandas.indexes.") ? "pandas.indexes" : module);

/** Indices of numbers, which pandas 2 keeps in the one class Index. */
export const pandasIndex: Rule = {
  name: "pandas-index",
  error: /No module named '?pandas\.core\.indexes\.numeric/,
  cause: "pandas 2 has no classes of numeric indices: Int64Index is an Index",
  fix: "doctor --fix --for pandas=2.0, or pandas.read_pickle",
  fixable: true,
  detect: (file) =>
    named(file, /^pandas\.core\.indexes\.numeric\./).length > 0 && newer(file.versions, "pandas", "2.0")
      ? [{ where: "pandas >= 2", message: "ModuleNotFoundError: No module named 'pandas.core.indexes.numeric'" }]
      : [],
  rename: (full, versions) =>
    saidNewer(versions, "pandas", "2.0") && NUMERIC.test(full) ? "pandas.core.indexes.base.Index" : full,
};

const BLOCK = "pandas._libs.internals._unpickle_block";
const NEW_BLOCK = "pandas.core.internals.blocks.new_block";
/** Every pandas from 0.20 to 3.0 has this one. */
const MAKE_BLOCK = "pandas.core.internals.make_block";

const BACKED = "pandas._libs.arrays.__pyx_unpickle_NDArrayBacked";
const SUM = 0xd555cb8;

/** Functions that make blocks, new in 1.3 and again in 1.4, and the attribute that 1.1 renamed. */
export const pandasBlocks: Rule = {
  name: "pandas-blocks",
  error:
    /Can't get attribute '(_unpickle_block|new_block)'|new_block|object has no attribute '_data'|^RecursionError: maximum recursion depth exceeded/,
  cause: "pandas changed how it pickles the blocks of frames in 1.3 and again in 1.4",
  fix: "doctor --fix --for pandas=VERSION",
  fixable: true,
  detect(file) {
    const { globals, references, states, versions } = file;
    const hasManager = (use: GlobalUse): boolean => states.given(use)?.has("_mgr") === true;
    const found: Found[] = [];
    const add = (full: string, where: string): void => {
      const [module, name] = [moduleOf(full), full.slice(full.lastIndexOf(".") + 1)];
      found.push({ where, message: `AttributeError: Can't get attribute '${name}' on <module '${module}'` });
    };
    if (globals.has(BLOCK) && older(versions, "pandas", "1.4")) add(BLOCK, "pandas < 1.4");
    if (globals.has(NEW_BLOCK) && older(versions, "pandas", "1.3")) add(NEW_BLOCK, "pandas < 1.3");
    if (globals.has(BACKED) && older(versions, "pandas", "1.3")) {
      const message = "ModuleNotFoundError: No module named 'pandas._libs.arrays'";
      const fix = "pip install 'pandas>=1.3', or write it anew there without dates and categories";
      found.push({ where: "pandas < 1.3", message, fixable: false, fix });
    }
    const isPlain = !globals.has(BLOCK) && !globals.has(NEW_BLOCK);
    if (isPlain && older(versions, "pandas", "1.1") && references.some(({ uses }) => uses.some(hasManager))) {
      // It looks for _data in an object without it, and again.
      found.push({ where: "pandas < 1.1", message: "RecursionError: maximum recursion depth exceeded" });
    }
    if (globals.has(NEW_BLOCK) && newer(versions, "pandas", "2.0")) {
      const message =
        "TypeError: Argument 'placement' has incorrect type (expected pandas._libs.internals.BlockPlacement, got slice)";
      found.push({ where: "pandas >= 2", message });
    }
    return found;
  },
  rename(full, versions) {
    if (full === BLOCK && saidOlder(versions, "pandas", "1.4")) return MAKE_BLOCK;
    if (full !== NEW_BLOCK) return full;
    return saidOlder(versions, "pandas", "1.3") || saidNewer(versions, "pandas", "2.0") ? MAKE_BLOCK : full;
  },
  edits({ references, states, versions }) {
    const edits: Edit[] = [];
    if (!saidOlder(versions, "pandas", "1.4")) return edits;
    const renamesManager = saidOlder(versions, "pandas", "1.1");
    for (const reference of references) {
      for (const use of reference.uses) {
        const ndim = fullName(reference) === BLOCK && use.kind === "reduce" ? use.args[2] : undefined;
        // The third argument of make_block is a class; the number of dimensions follows from the rest.
        if (ndim?.kind === "atom") {
          edits.push({ offset: ndim.at, place: "instead", now: "NONE", write: (out) => out.op(0x4e) });
        }
        // Cython's sum over the names of attributes; those are the same.
        const sum = fullName(reference) === BACKED && use.kind === "reduce" ? use.args[1] : undefined;
        if (sum?.kind === "atom" && sum.value !== SUM) {
          edits.push({ offset: sum.at, place: "instead", now: "checksum of pandas 1.3", write: (out) => out.int(SUM) });
        }
        const state = renamesManager && states.given(use)?.has("_mgr") ? use.args[0] : undefined;
        if (state?.kind !== "dict") continue;
        const key = state.items.find((item, i) => i % 2 === 0 && item.kind === "atom" && item.value === "_mgr");
        if (key) edits.push({ offset: key.at, place: "instead", now: "_data", write: (out) => out.text("_data") });
      }
    }
    return edits;
  },
};

/** The dtype of texts with the value for missing ones, which 2.3 brought. */
export const pandasString: Rule = {
  name: "pandas-string",
  error: /StringDtype\.__init__\(\) takes from 1 to 2 positional arguments but 3 were given/,
  cause: "pandas 3 keeps texts in a dtype that pandas before 2.3 does not have",
  fix: "pip install 'pandas>=2.3', or write it anew there with texts as objects",
  fixable: false,
  detect({ references, versions }) {
    const isNew = references.some(
      ({ name, uses }) => name === "StringDtype" && uses.some(({ kind, args }) => kind === "reduce" && args.length > 1),
    );
    if (!isNew || !older(versions, "pandas", "2.3")) return [];
    const message = "TypeError: StringDtype.__init__() takes from 1 to 2 positional arguments but 3 were given";
    return [{ where: "pandas < 2.3", message }];
  },
};

/** Time zones: pandas 3 does without pytz, and files of older ones name it. */
export const pandasPytz: Rule = {
  name: "pandas-pytz",
  error: /No module named '?pytz/,
  cause: "the time zones in the file are of pytz, which pandas 3 does not bring",
  fix: "pip install pytz",
  fixable: false,
  detect: (file) =>
    named(file, /^pytz\./).length > 0 && named(file, /^pandas\./).length > 0 && newer(file.versions, "pandas", "3.0")
      ? [{ where: "pandas >= 3 without pytz", message: "ModuleNotFoundError: No module named 'pytz'" }]
      : [],
};
