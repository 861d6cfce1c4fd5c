/**
 * The neutral description of a value: the types of the JSON that `fixtures/make/describe.py` writes, and its comparison.
 * The prose in that file is the contract; these types follow it.
 */

export type FloatText = string;

/** A value without identity, or a reference to a node. */
export type Form =
  | null
  | boolean
  | { i: string }
  | { f: FloatText }
  | { c: [FloatText, FloatText] }
  | { s: string }
  | { b: string }
  | { t0: 1 }
  | { x: "Ellipsis" | "NotImplemented" }
  | { g: string }
  | { r: number }
  | { date: string }
  | { time: string; fold: number; tz: Form }
  | { datetime: string; fold: number; tz: Form }
  | { timedelta: [days: number, seconds: number, microseconds: number] }
  | { timezone: [days: number, seconds: number, microseconds: number]; name: string | null }
  | { zoneinfo: string }
  | { decimal: string }
  | { fraction: [string, string] }
  | { uuid: string }
  | { range: [start: string, stop: string, step: string] }
  | { slice: [Form, Form, Form] }
  | { path: [cls: string, text: string] }
  | { ip: [cls: string, text: string] }
  | { pattern: Form; flags: number };

export type FormPair = [key: Form, value: Form];

export type ObjectNode = {
  t: "obj";
  cls: string;
  new: Form[] | null;
  call: Form[] | null;
  kwargs: FormPair[] | null;
  state: Form;
  items: Form[] | null;
  pairs: FormPair[] | null;
};

/** A container or an instance: something that can be shared. */
export type Node =
  | { t: "list" | "tuple" | "set" | "frozenset" | "ChainMap" | "itemgetter" | "attrgetter"; v: Form[] }
  | { t: "dict" | "OrderedDict" | "Counter" | "SimpleNamespace"; v: FormPair[] }
  | { t: "bytearray"; v: string }
  | { t: "buffer"; v: string; readonly: boolean }
  | { t: "defaultdict"; factory: Form; v: FormPair[] }
  | { t: "deque"; maxlen: number | null; v: Form[] }
  | { t: "array"; typecode: string; v: string }
  | { t: "partial"; func: Form; args: Form[]; kwargs: FormPair[]; attrs: FormPair[] }
  | { t: "methodcaller"; name: Form; args: Form[]; kwargs: FormPair[] }
  | { t: "BytesIO" | "StringIO"; v: Form; pos: number }
  | { t: "pers"; v: Form }
  | ObjectNode
  | { t: "opaque"; v: string };

export type Description = { root: Form; nodes: Node[] };

export type Mismatch = { path: string; expected: unknown; actual: unknown };

/** Says where two descriptions first differ, or `null` when they are the same. */
export function compareDescriptions(expected: unknown, actual: unknown): Mismatch | null {
  // A list of places still to compare: descriptions are flat, but nothing here should rest on that.
  const todo: Mismatch[] = [{ path: "$", expected, actual }];
  for (let place = todo.pop(); place !== undefined; place = todo.pop()) {
    const { path, expected: e, actual: a } = place;
    if (e === a) continue;
    if (typeof e !== "object" || typeof a !== "object" || e === null || a === null) return place;
    if (Array.isArray(e) !== Array.isArray(a)) return place;
    const left = e as Record<string, unknown>;
    const right = a as Record<string, unknown>;
    const keys = Object.keys(left);
    const extra = Object.keys(right).filter((key) => !Object.hasOwn(left, key));
    // Pushed backwards, so that the first difference in reading order is the one reported.
    for (const key of [...keys, ...extra].reverse()) {
      const here = Array.isArray(e) ? `${path}[${key}]` : `${path}.${key}`;
      todo.push({
        path: here,
        expected: Object.hasOwn(left, key) ? left[key] : "(absent)",
        actual: Object.hasOwn(right, key) ? right[key] : "(absent)",
      });
    }
  }
  return null;
}

/** Compares two descriptions and throws an `Error` naming the first place where they differ. */
export function assertSameDescription(expected: Description, actual: Description, label = "value"): void {
  const found = compareDescriptions(expected, actual);
  if (found === null) return;
  throw new Error(
    `${label} differs at ${found.path}: expected ${formText(found.expected)}, got ${formText(found.actual)}`,
  );
}

/**
 * Writes a form as Python's `json.dumps(x, separators=(",", ":"), sort_keys=True)` does: the text by which the members
 * of a set are sorted.
 */
export function formText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formText).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, item]) => `${formText(key)}:${formText(item)}`).join(",")}}`;
  }
  if (typeof value !== "string") return JSON.stringify(value) ?? "undefined";
  return JSON.stringify(value).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
