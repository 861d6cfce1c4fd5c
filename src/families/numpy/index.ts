/**
 * NumPy's arrays, dtypes and scalars in pickles, both directions; names of NumPy 1 and 2.
 *
 * @module
 */
import { definePack, type Pack } from "../../core/pack.ts";
import { dtypes } from "./dtype.ts";
import { arrays } from "./ndarray.ts";
import { scalars } from "./scalar.ts";
import type { Table } from "./table.ts";

const TABLES: readonly Table[] = [arrays, dtypes, scalars];

/** Classes of NumPy: always part of `brine`, an option (`packs`) of `brine/pickle`. */
export const numpy: Pack = /* @__PURE__ */ definePack({
  name: "numpy",
  globals: new Map(TABLES.flatMap((table) => Object.entries(table.globals))),
  reducers: TABLES.flatMap((table) => table.reducers),
});
