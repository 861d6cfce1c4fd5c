import { named, type Rule } from "../rule.ts";
import { newer, saidNewer } from "../versions.ts";

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
  rename(full, versions) {
    if (!saidNewer(versions, "pandas", "2.0")) return full;
    const isNumeric = /^pandas\.core\.indexes\.numeric\.(Int64Index|UInt64Index|Float64Index|NumericIndex)$/.test(full);
    return isNumeric ? "pandas.core.indexes.base.Index" : full;
  },
};
