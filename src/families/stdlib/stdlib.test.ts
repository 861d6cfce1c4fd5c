import { describe, expect, test } from "vitest";
import type { PackContext, Reduction } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { equal } from "../../core/values/equal.ts";
import { toJS } from "../../core/values/js.ts";
import { PyObject } from "../../core/values/object.ts";
import { repr } from "../../core/values/repr.ts";
import { PyByteArray, PyComplex, PyGlobal } from "../../core/values/scalars.ts";
import { PyFrozenSet, PySet } from "../../core/values/set.ts";
import { isTuple, type PyTuple, tuple, tupleFrom } from "../../core/values/tuple.ts";
import * as std from "./index.ts";

const context: PackContext = { protocol: 4, bigints: false };
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Calls an entry of the pack as the machine does. */
function call(name: string, ...args: unknown[]): unknown {
  const entry = std.stdlib.globals.get(name)!;
  const items = tuple(...args) as PyTuple;
  return entry.call ? entry.call(items, context) : entry.create!(items, null, context);
}

function build(name: string, state: unknown, ...args: unknown[]): unknown {
  const entry = std.stdlib.globals.get(name)!;
  const made = entry.create ? entry.create(tuple(...args), null, context) : entry.call!(tuple(...args), context);
  return entry.setState!(made, state, context) ?? made;
}

function reduce(value: object, protocol = 4, bigints = false): Reduction {
  const reducer = std.stdlib.reducers.get(value.constructor) as (v: object, c: PackContext) => Reduction;
  return reducer(value, { protocol, bigints });
}

const utc = std.PyTimeZone.utc;
const hours = (n: number): std.PyTimeDelta => new std.PyTimeDelta(0, n * 3600);

describe("repr, as Python 3.13 prints it", () => {
  test.each<[unknown, string]>([
    [new std.PyDate(2020, 1, 2), "datetime.date(2020, 1, 2)"],
    [new std.PyTime(3, 4, 0, 0, null, 1), "datetime.time(3, 4, fold=1)"],
    [new std.PyDateTime(2020, 1, 2, 3, 4, 0, 6), "datetime.datetime(2020, 1, 2, 3, 4, 0, 6)"],
    [
      new std.PyDateTime(2020, 1, 2, 3, 4, 0, 0, utc),
      "datetime.datetime(2020, 1, 2, 3, 4, tzinfo=datetime.timezone.utc)",
    ],
    [new std.PyTimeDelta(-1, 0, 5), "datetime.timedelta(days=-1, microseconds=5)"],
    [new std.PyTimeDelta(), "datetime.timedelta(0)"],
    [new std.PyTimeZone(hours(2), "X"), "datetime.timezone(datetime.timedelta(seconds=7200), 'X')"],
    [new std.PyZoneInfo("Europe/Paris"), "zoneinfo.ZoneInfo(key='Europe/Paris')"],
    [new std.PyDecimal("1.50"), "Decimal('1.50')"],
    [new std.PyFraction(2, -6), "Fraction(-1, 3)"],
    [new std.PyUUID(5n), "UUID('00000000-0000-0000-0000-000000000005')"],
    [new std.PyOrderedDict([["a", 1]]), "OrderedDict({'a': 1})"],
    [new std.PyDefaultDict(new PyGlobal("builtins", "int"), [[1, 2]]), "defaultdict(<class 'int'>, {1: 2})"],
    [
      new std.PyCounter([
        ["a", 1],
        ["b", 2],
      ]),
      "Counter({'b': 2, 'a': 1})",
    ],
    [new std.PyDeque([1, 2, 3], 2), "deque([2, 3], maxlen=2)"],
    [new std.PyChainMap([new PyDict([[1, 2]])]), "ChainMap({1: 2})"],
    [new std.PySimpleNamespace([["a", 1]]), "namespace(a=1)"],
    [
      new std.PyPartial(new PyGlobal("builtins", "int"), tuple("9"), new PyDict<unknown>([["base", 16]])),
      "functools.partial(<class 'int'>, '9', base=16)",
    ],
    [
      new std.PyPartial(new PyGlobal("builtins", "int"), tuple(), new PyDict<unknown>([["base", 16]])),
      "functools.partial(<class 'int'>, base=16)",
    ],
    [new std.PyPartial(new PyGlobal("builtins", "int")), "functools.partial(<class 'int'>)"],
    [new std.PyOperator("itemgetter", tupleFrom([1, 2], 2)), "operator.itemgetter(1, 2.0)"],
    [[new std.PyRange(0, 3), new std.PyRange(1, 5, 2)], "[range(0, 3), range(1, 5, 2)]"],
    [new std.PySlice(1, null, 2), "slice(1, None, 2)"],
    [
      [std.Ellipsis, std.NotImplemented, new std.PyConstantType(null)],
      "[Ellipsis, NotImplemented, <class 'NoneType'>]",
    ],
    [new std.PyArray("d", Float64Array.of(1, 2.5)), "array('d', [1.0, 2.5])"],
    [new std.PyArray("u", Uint32Array.of(97, 98)), "array('u', 'ab')"],
    [new std.PyPath("PureWindowsPath", ["C:\\", "a"]), "PureWindowsPath('C:/a')"],
    [new std.PyIP("IPv6Network", "2001:db8:0::/32"), "IPv6Network('2001:db8::/32')"],
    [new std.PyPattern("a/b", 32 | 2 | 8), "re.compile('a/b', re.IGNORECASE|re.MULTILINE)"],
    [new std.PyException("ValueError", tuple("a", 1)), "ValueError('a', 1)"],
    [new std.PyException("ValueError", tuple("a")), "ValueError('a')"],
  ])("%#", (value, text) => expect(repr(value)).toBe(text));
});

describe("datetime", () => {
  test("reads bytes, text of Python 2, and fold", () => {
    const state = bytes(7, 228, 0x81, 2, 3, 4, 5, 0, 0, 6);
    expect(repr(call("datetime.datetime", state, utc))).toBe(
      "datetime.datetime(2020, 1, 2, 3, 4, 5, 6, fold=1, tzinfo=datetime.timezone.utc)",
    );
    expect(call("datetime.date", "\x07\xe4\x01\x02")).toEqual(new std.PyDate(2020, 1, 2));
    expect(reduce(new std.PyDateTime(2020, 1, 2, 3, 4, 5, 6, null, 1)).args[0]).toEqual(state);
    expect(reduce(new std.PyDateTime(2020, 1, 2, 3, 4, 5, 6, null, 1), 3).args[0]).toEqual(
      bytes(7, 228, 1, 2, 3, 4, 5, 0, 0, 6),
    );
  });

  test.each([
    ["month 13", () => call("datetime.date", bytes(7, 228, 13, 2))],
    ["day 30 of February", () => call("datetime.date", bytes(7, 228, 2, 30))],
    ["year 0", () => call("datetime.date", bytes(0, 0, 1, 1))],
    ["hour 24", () => call("datetime.time", bytes(24, 0, 0, 0, 0, 0))],
    ["a microsecond too many", () => call("datetime.time", bytes(0, 0, 0, 15, 66, 64))],
    ["a short payload", () => call("datetime.datetime", bytes(1, 2))],
    ["a whole day of offset", () => call("datetime.timezone", new std.PyTimeDelta(1))],
    ["too many days", () => call("datetime.timedelta", 1e9, 0, 0)],
  ])("refuses %s", (_, run) => expect(run).toThrow());

  test("gives instants", () => {
    const paris = new std.PyZoneInfo("Europe/Paris");
    const at = (...args: ConstructorParameters<typeof std.PyDateTime>): string =>
      new std.PyDateTime(...args).toDate().toISOString();
    expect(at(2020, 1, 2, 3, 4, 5, 678_901)).toBe("2020-01-02T03:04:05.678Z");
    expect(at(2020, 1, 2, 3, 0, 0, 0, new std.PyTimeZone(hours(2)))).toBe("2020-01-02T01:00:00.000Z");
    expect(at(2020, 7, 1, 12, 0, 0, 0, paris)).toBe("2020-07-01T10:00:00.000Z");
    expect(at(2020, 10, 25, 2, 30, 0, 0, paris)).toBe("2020-10-25T00:30:00.000Z");
    expect(at(2020, 10, 25, 2, 30, 0, 0, paris, 1)).toBe("2020-10-25T01:30:00.000Z");
    expect(at(50, 1, 1)).toBe("0050-01-01T00:00:00.000Z");
    const noon = new std.PyDateTime(2020, 1, 1, 12, 0, 0, 0, utc);
    expect(equal(noon, new std.PyDateTime(2020, 1, 1, 14, 0, 0, 0, new std.PyTimeZone(hours(2))))).toBe(true);
    expect(equal(noon, new std.PyDateTime(2020, 1, 1, 12))).toBe(false);
    expect(String(noon)).toBe("2020-01-01 12:00:00+00:00");
    expect(String(new std.PyTimeDelta(-1, 5, 6))).toBe("-1 day, 0:00:05.000006");
    expect(call("datetime.timezone", new std.PyTimeDelta())).toBe(utc);
  });
});

test("exact numbers equal numbers where they are exact", () => {
  const pairs: [unknown, unknown, boolean][] = [
    [new std.PyDecimal("1.50"), 1.5, true],
    [new std.PyDecimal("0.1"), 0.1, false],
    [new std.PyDecimal("0.1"), new std.PyFraction(1, 10), true],
    [new std.PyDecimal("1E+2"), 100n, true],
    [new std.PyDecimal("-0.00"), 0, true],
    [new std.PyDecimal("1E+1000000"), new std.PyDecimal("10E+999999"), true],
    [new std.PyDecimal("Infinity"), Number.POSITIVE_INFINITY, true],
    [new std.PyDecimal("NaN"), new std.PyDecimal("NaN"), false],
    [new std.PyFraction(4, 2), 2, true],
    [new std.PyRange(0, 3, 2), new std.PyRange(0, 4, 2), true],
  ];
  for (const [a, b, same] of pairs) expect(equal(a, b), `${a} == ${b}`).toBe(same);
  expect(new PyDict([[new std.PyDecimal("2"), "two"]] as [unknown, string][]).get(2)).toBe("two");
  expect(() => new std.PyDecimal("1e")).toThrow(RangeError);
  expect(() => new std.PyFraction(1, 0)).toThrow(RangeError);
});

test("collections take what Python gives them", () => {
  expect(equal(call("collections.OrderedDict", [["a", 1]]), new std.PyOrderedDict([["a", 1]]))).toBe(true);
  const ab = new std.PyOrderedDict([
    ["a", 1],
    ["b", 2],
  ]);
  const ba = new std.PyOrderedDict([
    ["b", 2],
    ["a", 1],
  ]);
  expect([equal(ab, ba), equal(ab, new PyDict(ba))]).toEqual([false, true]);
  const deque = call("collections.deque", tuple(), 3) as std.PyDeque;
  std.stdlib.globals.get("collections.deque")!.extend!(deque, tupleFrom([1, 2, 3, 4], 15) as unknown as unknown[]);
  expect(repr(deque)).toBe("deque([2.0, 3.0, 4.0], maxlen=3)");
  expect(toJS(deque)).toEqual([2, 3, 4]);
  expect(reduce(deque, 4, true).args).toEqual([[], 3n]);
  expect(() => build("collections.ChainMap", new PyDict())).toThrow(TypeError);
});

test("built-in types called by name", () => {
  expect(repr(call("builtins.set", [1, 1n, true, 2]))).toBe("{1, 2}");
  expect(call("builtins.frozenset")).toBeInstanceOf(PyFrozenSet);
  expect(call("builtins.bytearray", "\xff", "latin-1")).toEqual(PyByteArray.of(255));
  expect(call("_codecs.encode", "\xff", "latin1")).toEqual(bytes(255));
  expect(() => call("_codecs.encode", "\u0100", "latin1")).toThrow();
  expect(() => call("builtins.set", [[]])).toThrow(TypeError);
  expect(call("builtins.complex", 1, 2)).toEqual(new PyComplex(1, 2));
  expect(call("builtins.getattr", new PyGlobal("a", "B"), "c")).toEqual(new PyGlobal("a", "B.c"));
  expect(call("builtins.getattr", new PySet(), "c")).toBeUndefined();
  expect(repr(call("builtins.type", null))).toBe("<class 'NoneType'>");
  expect(call("builtins.float", "-inf")).toBe(Number.NEGATIVE_INFINITY);
});

test("arrays of every machine format", () => {
  const cls = new PyGlobal("array", "array");
  const make = (code: string, format: number, ...data: number[]): unknown =>
    (call("array._array_reconstructor", cls, code, format, Buffer.from(data)) as std.PyArray).data;
  expect(make("h", 4, 1, 2)).toEqual(Int16Array.of(513));
  expect(make("h", 5, 1, 2)).toEqual(Int16Array.of(258));
  expect(make("d", 17, 63, 240, 0, 0, 0, 0, 0, 0)).toEqual(Float64Array.of(1));
  expect(make("q", 12, 255, 255, 255, 255, 255, 255, 255, 255)).toEqual(BigInt64Array.of(-1n));
  expect(() => make("h", 4, 1)).toThrow(RangeError);
  expect(() => make("d", 4, 1, 2)).toThrow(TypeError);
  expect(() => call("array.array", "b", [128])).toThrow(RangeError);
  expect(() => call("array.array", "__proto__", [])).toThrow(RangeError);
  const array = new std.PyArray("i", Int32Array.of(1, -1));
  expect(reduce(array).args).toEqual([cls, "i", 8, bytes(1, 0, 0, 0, 255, 255, 255, 255)]);
  expect(reduce(array, 2, true).args).toEqual(["i", [1n, -1n]]);
});

test("paths, addresses, patterns", () => {
  expect(String(new std.PyPath("PosixPath", ["/a", "b//./c", "d"]))).toBe("/a/b/c/d");
  expect(new std.PyPath("PureWindowsPath", ["//host/share/x"]).parts).toEqual(["\\\\host\\share\\", "x"]);
  expect(String(new std.PyPath("PurePosixPath", []))).toBe(".");
  expect(String(call("ipaddress.IPv6Address", 1))).toBe("::1");
  expect(String(call("ipaddress.IPv6Address", "1:0:0:2:0:0:0:3"))).toBe("1:0:0:2::3");
  for (const bad of ["1.2.3", "1.2.3.256", "01.2.3.4"])
    expect(() => call("ipaddress.IPv4Address", bad)).toThrow(RangeError);
  for (const bad of ["::1::", "1:2:3:4:5:6:7", "g::"])
    expect(() => call("ipaddress.IPv6Address", bad)).toThrow(RangeError);
  expect(() => call("ipaddress.IPv4Network", "10.0.0.1/8")).toThrow("host bits");
  expect(new std.PyPattern("(?P<a>x)(?P=a)$").toRegExp().exec("xx\n")?.groups).toEqual({ a: "x" });
  expect(std.PyPattern.fromRegExp(/(?<a>\/)\k<a>/i)).toEqual(new std.PyPattern("(?P<a>/)(?P=a)", 34));
});

test("state, checked", () => {
  const words = tuple(...Array(625).fill(0));
  expect((build("random.Random", tuple(3, words, null)) as std.PyRandom).state).toHaveLength(3);
  expect(() => build("random.Random", tuple(3, tuple(1), null))).toThrow(TypeError);
  expect(build("io.BytesIO", tuple(bytes(1), 0, null))).toMatchObject({ value: bytes(1), position: 0 });
  expect(build("_io.StringIO", tuple("a", "\n", 1, null))).toMatchObject({ value: "a", position: 1 });
  expect(String(build("uuid.UUID", new PyDict([["int", 2n ** 127n]])))).toBe("80000000-0000-0000-0000-000000000000");
  expect(() => build("uuid.UUID", new PyDict([["int", 2n ** 128n]]))).toThrow(RangeError);
  expect(() => build("functools.partial", tuple(1, 2), 1)).toThrow(TypeError);
});

test("methodcaller with keywords goes through partial", () => {
  const caller = new std.PyOperator("methodcaller", tuple("f", 1), new PyDict<unknown>([["x", 2]]));
  const { func, args } = reduce(caller);
  expect(func).toBeInstanceOf(std.PyPartial);
  expect(equal((func as std.PyPartial).callOperator(args), caller)).toBe(true);
});

test("named tuples", () => {
  const point = std.defineNamedTuple("app.Point", ["x", "y"]);
  const made = point.make(1, [2]);
  expect([made.x, made.y, isTuple(made), made.length]).toEqual([1, [2], true, 2]);
  expect(repr(made)).toBe("Point(x=1, y=[2])");
  expect(equal(made, tuple(1, [2]))).toBe(true);
  const entry = point.pack.globals.get("app.Point")!;
  expect(repr(entry.create!(tupleFrom([1, 2], 2), null, context))).toBe("Point(x=1, y=2.0)");
  expect(() => point.make(1)).toThrow(TypeError);
  const reducer = point.pack.reducers.get(made.constructor) as unknown as (v: unknown, c: PackContext) => Reduction;
  expect(reducer(made, context)).toMatchObject({ args: [1, [2]], isNew: true });
});

test("enums", () => {
  const color = std.defineEnum("app.Color", { RED: 1, GREEN: "g" });
  const entry = color.pack.globals.get("app.Color")!;
  expect(entry.call!(tuple(1n), context)).toBe(color.members.RED);
  expect(repr(color.members.GREEN)).toBe("<Color.GREEN: 'g'>");
  expect(() => entry.call!(tuple(3), context)).toThrow("3 is not a valid Color");
  expect(color.pack.globals.get("app.Color.RED")!.value).toBe(color.members.RED);
});

test("instances of unknown zones are compared by what they hold", () => {
  const zone = (): PyObject => new PyObject(new PyGlobal("dateutil.tz.tz", "tzlocal"), tuple(), "call");
  const make = (): std.PyDateTime => new std.PyDateTime(2020, 1, 1, 0, 0, 0, 0, zone());
  expect(equal(make(), make())).toBe(true);
  expect(() => make().toDate()).toThrow(RangeError);
});
