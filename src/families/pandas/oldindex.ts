/**
 * Indexes of before pandas 0.15, which were arrays of NumPy with a name behind their state.
 *
 * @module
 */
import type { NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { typeName } from "../../core/values/repr.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { isTuple, tuple } from "../../core/values/tuple.ts";
import { arrayOfState } from "../numpy/index.ts";
import { Index } from "./labels.ts";
import { stateOf } from "./recipe.ts";

const MAKER = /* @__PURE__ */ new PyGlobal("pandas.core.indexes.base", "_new_Index");

function made(cls: PyGlobal, entries: Readonly<Record<string, unknown>>): Index {
  return new Index({ func: MAKER, args: tuple(cls, new PyDict(Object.entries(entries))), isNew: false });
}

/** An index as later versions make it; null for what is none. */
function older(value: unknown): Index | null {
  if (!(value instanceof PyObject) || value.how !== "call") return null;
  const [cls] = value.args;
  const state = stateOf(value);
  if (!(cls instanceof PyGlobal && cls.name.endsWith("Index") && isTuple(state) && state.length === 2)) return null;
  const own: readonly unknown[] = isTuple(state[1]) ? state[1] : [state[1]];
  if (cls.name === "MultiIndex") {
    const [levels, codes, , names] = own;
    if (!Array.isArray(levels)) throw new TypeError("a MultiIndex has levels");
    return made(cls, { levels: levels.map(levelOf), codes, names });
  }
  const data = arrayOfState(state[0]);
  const [name = null, freq = null, tz = null] = own;
  if (cls.name === "DatetimeIndex") return made(cls, { data, name, freq, tz });
  return made(cls, cls.name === "PeriodIndex" ? { data, name, freq } : { data, name });
}

/** A level of old is an array, or an index. */
function levelOf(value: unknown): Index {
  const found = value instanceof Index ? value : older(value);
  return found ?? made(new PyGlobal("pandas.core.indexes.base", "Index"), { data: value as NDArray, name: null });
}

/** The index that a value is. `TypeError` for another. */
export function indexIn(value: unknown): Index {
  const found = value instanceof Index ? value : older(value);
  if (found === null) throw new TypeError(`an axis is an index, not ${typeName(value)}`);
  return found;
}
