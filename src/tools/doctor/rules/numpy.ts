import { UnsupportedError } from "../../../core/errors.ts";
import { named, type Rule } from "../rule.ts";
import { older, saidNewer, saidOlder } from "../versions.ts";

/** NumPy 2 moved its core. */
export const numpyCore: Rule = {
  name: "numpy-core",
  error: /No module named '?numpy\._core/,
  cause: "NumPy 2 renamed numpy.core to numpy._core",
  fix: "doctor --fix --for numpy=1.26",
  fixable: true,
  detect(file) {
    const names = named(file, /^numpy\._core\./);
    // 1.26 learned some of the new names, and not this one of protocol 5.
    if (names.some((name) => name.startsWith("numpy._core.numeric.")) && saidNewer(file.versions, "numpy", "1.26")) {
      if (!older(file.versions, "numpy", "2.0")) return [];
      return [{ where: "numpy < 2", message: "ModuleNotFoundError: No module named 'numpy._core.numeric'" }];
    }
    if (names.length === 0 || !older(file.versions, "numpy", "1.26")) return [];
    return [{ where: "numpy < 1.26", message: "ModuleNotFoundError: No module named 'numpy._core'" }];
  },
  rename(full, versions) {
    if (/^numpy\._?core\.numeric\._frombuffer$/.test(full) && saidOlder(versions, "numpy", "1.16")) {
      throw new UnsupportedError("_frombuffer", "arrays of protocol 5 need numpy >= 1.16", { format: "pickle" });
    }
    if (saidNewer(versions, "numpy", "2.0")) return full.replace(/^numpy\.core\./, "numpy._core.");
    return saidOlder(versions, "numpy", "2.0") ? full.replace(/^numpy\._core\./, "numpy.core.") : full;
  },
};

/** RandomState, which models keep: 1.24 pickles it with another argument. */
export const numpyRandom: Rule = {
  name: "numpy-random",
  error: /__(randomstate|generator)_ctor\(\) takes from 0 to 1 positional arguments but 2 were given/,
  cause: "NumPy 1.24 and later pickle generators of random numbers with an argument that older ones do not take",
  fix: "pip install 'numpy>=1.24'",
  fixable: false,
  detect({ references, versions }) {
    if (!older(versions, "numpy", "1.24")) return [];
    for (const { module, name, uses } of references) {
      if (module !== "numpy.random._pickle" || !/^__(randomstate|generator)_ctor$/.test(name ?? "")) continue;
      if (!uses.some(({ kind, args }) => kind === "reduce" && args.length > 1)) continue;
      const message = `TypeError: ${name}() takes from 0 to 1 positional arguments but 2 were given`;
      return [{ where: "numpy < 1.24", message }];
    }
    return [];
  },
};
