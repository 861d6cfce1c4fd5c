/**
 * Which place in a pickle belongs to which part of a value.
 *
 * @module
 */
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import type { Place } from "../../formats/pickle/tools/index.ts";

/** The places of the parts in the order of `childrenOf`; none when stream and value cannot be matched. */
export function placesOf(value: unknown, place: Place, count: number): (Place | undefined)[] {
  if (value instanceof PyDict) return fitting(valuesOf(place), count);
  if (value instanceof PyObject) {
    const attrs = value.a === null ? [] : fitting(attributes(place.state), value.a.size);
    return [
      ...(value.args.length > 0 ? [place.args] : []),
      ...(value.kwargs?.size ? [place.kwargs] : []),
      ...attrs,
      ...(value.state !== undefined ? [place.state] : []),
      ...(value.items ? fitting(place.items, value.items.length) : []),
      ...(value.pairs ? fitting(valuesOf(place), value.pairs.size) : []),
    ];
  }
  // Items lie in the stream in their order; what has attributes got them by BUILD.
  return fitting(place.items.length > 0 ? place.items : attributes(place.state), count);
}

function fitting(found: (Place | undefined)[], count: number): (Place | undefined)[] {
  return found.length === count ? found : new Array<undefined>(count).fill(undefined);
}

/** Of the attributes in a state: a dict, or a dict and one of slots. */
function attributes(state: Place | undefined): Place[] {
  if (state === undefined) return [];
  return [...valuesOf(state), ...state.items.flatMap(valuesOf)];
}

function valuesOf(place: Place): Place[] {
  return place.pairs.map(([, value]) => value);
}
