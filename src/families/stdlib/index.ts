/**
 * Python's standard library, both directions.
 *
 * To add a class: one file with its table, one line in `TABLES`.
 *
 * @module
 */
import { definePack, type Pack } from "../../core/pack.ts";
import { arrays } from "./array.ts";
import { builtins } from "./builtins.ts";
import { collections } from "./collections.ts";
import { datetimes } from "./datetime.ts";
import { exceptions } from "./exceptions.ts";
import { functional } from "./functional.ts";
import { addresses } from "./ipaddress.ts";
import { numbers } from "./numbers.ts";
import { paths } from "./path.ts";
import { patterns } from "./regexp.ts";
import { states } from "./state.ts";
import type { Table } from "./table.ts";

export { type ArrayData, PyArray } from "./array.ts";
export { Ellipsis, NotImplemented, PyConstant, PyConstantType } from "./builtins.ts";
export { PyBytesIO } from "./bytesio.ts";
export { PyChainMap, PyCounter, PyDefaultDict, PyDeque, PyOrderedDict, PySimpleNamespace } from "./collections.ts";
export { PyDate, PyDateTime, PyTime } from "./datetime.ts";
export {
  defineEnum,
  defineNamedTuple,
  type EnumDefinition,
  type EnumType,
  type NamedTuple,
  type NamedTupleDefinition,
  PyEnumMember,
} from "./define.ts";
export { PyException } from "./exceptions.ts";
export { PyOperator, PyPartial } from "./functional.ts";
export { type IPKind, PyIP } from "./ipaddress.ts";
export { PyDecimal, PyFraction, PyRange, PySlice, PyUUID } from "./numbers.ts";
export { type PathKind, PyPath } from "./path.ts";
export { PyPattern } from "./regexp.ts";
export { PyRandom, PyStringIO } from "./state.ts";
export { PyTimeDelta, PyTimeZone, PyZoneInfo } from "./timezone.ts";

const TABLES: readonly Table[] = [
  addresses,
  arrays,
  builtins,
  collections,
  datetimes,
  exceptions,
  functional,
  numbers,
  paths,
  patterns,
  states,
];

/** Classes of Python's standard library; always part of `loads` and `dumps`. */
export const stdlib: Pack = /* @__PURE__ */ definePack({
  name: "stdlib",
  globals: new Map(TABLES.flatMap((table) => Object.entries(table.globals))),
  reducers: TABLES.flatMap((table) => table.reducers ?? []),
});
