import { describe, expect, test } from "vitest";
import { bytesOf } from "../../../test/support/base64.ts";
import { defineClass, defineFunction, dumps, loads, PyDict, PyObject, type PyTuple, repr } from "./index.ts";

// Made by CPython 3.13 (`pickle.dumps(v, protocol)`, the number behind each name): a Person with a cycle and the
// attributes `__proto__`, `constructor` and `m`; a class with __slots__; a list and a dict subclass with an attribute;
// a class with __getnewargs__; references to a class and a function.
const made: Record<string, string> = {
  person0:
    "Y2NvcHlfcmVnCl9yZWNvbnN0cnVjdG9yCnAwCihjYXBwClBlcnNvbgpwMQpjX19idWlsdGluX18Kb2JqZWN0CnAyCk50cDMKUnA0CihkcDUKVm5hbWUKcDYKVkFkYQpwNwpzVmFnZQpwOApGMzYuMApzVmZyaWVuZHMKcDkKKGxwMTAKZzQKYXNWX19wcm90b19fCnAxMQooZHAxMgpWcG9sbHV0ZWQKcDEzCkkxCnNzVmNvbnN0cnVjdG9yCnAxNApJNQpzVm0KcDE1Ckk3CnNiLg==",
  bag0: "Y2NvcHlfcmVnCl9yZWNvbnN0cnVjdG9yCnAwCihjYXBwCkJhZwpwMQpjX19idWlsdGluX18KbGlzdApwMgoobHAzCkkxCmFGMi4wCmF0cDQKUnA1CihkcDYKVnRhZwpwNwpWdApwOApzYi4=",
  table0:
    "Y2NvcHlfcmVnCl9yZWNvbnN0cnVjdG9yCnAwCihjYXBwClRhYmxlCnAxCmNfX2J1aWx0aW5fXwpkaWN0CnAyCihkcDMKVmEKcDQKRjEuMApzdHA1ClJwNgooZHA3ClZ0YWcKcDgKVnUKcDkKc2Iu",
  new0: "Y2NvcHlfcmVnCl9yZWNvbnN0cnVjdG9yCnAwCihjYXBwCk5ldwpwMQpjX19idWlsdGluX18Kb2JqZWN0CnAyCk50cDMKUnA0CihkcDUKVmEKcDYKSTEKc1ZiCnA3CkkyCnNiLg==",
  refs0: "KGxwMApjYXBwClBlcnNvbgpwMQphY2FwcApyZWx1CnAyCmEu",
  person2:
    "gAJjYXBwClBlcnNvbgpxACmBcQF9cQIoWAQAAABuYW1lcQNYAwAAAEFkYXEEWAMAAABhZ2VxBUdAQgAAAAAAAFgHAAAAZnJpZW5kc3EGXXEHaAFhWAkAAABfX3Byb3RvX19xCH1xCVgIAAAAcG9sbHV0ZWRxCksBc1gLAAAAY29uc3RydWN0b3JxC0sFWAEAAABtcQxLB3ViLg==",
  slots2: "gAJjYXBwClNsb3RzCnEAKYFxAU59cQIoWAEAAAB4cQNHP/AAAAAAAABYAQAAAHlxBEsCdYZxBWIu",
  bag2: "gAJjYXBwCkJhZwpxACmBcQEoSwFHQAAAAAAAAABlfXECWAMAAAB0YWdxA1gBAAAAdHEEc2Iu",
  table2: "gAJjYXBwClRhYmxlCnEAKYFxAVgBAAAAYXECRz/wAAAAAAAAc31xA1gDAAAAdGFncQRYAQAAAHVxBXNiLg==",
  new2: "gAJjYXBwCk5ldwpxAEsBSwKGcQGBcQJ9cQMoWAEAAABhcQRLAVgBAAAAYnEFSwJ1Yi4=",
  refs2: "gAJdcQAoY2FwcApQZXJzb24KcQFjYXBwCnJlbHUKcQJlLg==",
  person4:
    "gASVdwAAAAAAAACMA2FwcJSMBlBlcnNvbpSTlCmBlH2UKIwEbmFtZZSMA0FkYZSMA2FnZZRHQEIAAAAAAACMB2ZyaWVuZHOUXZRoA2GMCV9fcHJvdG9fX5R9lIwIcG9sbHV0ZWSUSwFzjAtjb25zdHJ1Y3RvcpRLBYwBbZRLB3ViLg==",
  slots4: "gASVLwAAAAAAAACMA2FwcJSMBVNsb3RzlJOUKYGUTn2UKIwBeJRHP/AAAAAAAACMAXmUSwJ1hpRiLg==",
  bag4: "gASVLQAAAAAAAACMA2FwcJSMA0JhZ5STlCmBlChLAUdAAAAAAAAAAGV9lIwDdGFnlIwBdJRzYi4=",
  table4: "gASVMAAAAAAAAACMA2FwcJSMBVRhYmxllJOUKYGUjAFhlEc/8AAAAAAAAHN9lIwDdGFnlIwBdZRzYi4=",
  new4: "gASVKAAAAAAAAACMA2FwcJSMA05ld5STlEsBSwKGlIGUfZQojAFhlEsBjAFilEsCdWIu",
  refs4: "gASVIQAAAAAAAABdlCiMA2FwcJSMBlBlcnNvbpSTlGgBjARyZWx1lJOUZS4=",
};

class Person {
  name!: string;
  age!: number;
  friends!: Person[];
  constructor() {
    throw new Error("never run");
  }
  older(): number {
    return this.age + 1;
  }
}
class Slots {
  x!: number;
  y!: number;
}
class Bag extends Array<unknown> {
  tag!: string;
  total(): number {
    return this.reduce<number>((sum, item) => sum + Number(item), 0);
  }
}
class Table extends PyDict {
  tag!: string;
}
class MapTable extends Map<unknown, unknown> {
  tag!: string;
}
class New {
  #sum: number;
  constructor(a: number, b: number) {
    this.#sum = a + b;
  }
  get sum(): number {
    return this.#sum;
  }
  static fromPython([a, b]: PyTuple): New {
    return new New(a as number, b as number);
  }
}
const relu = (x: number): number => Math.max(0, x);

const classes = [
  defineClass({ python: "app.Person", js: Person, aliases: ["old.people.Person"] }),
  defineClass({ python: "app.Slots", js: Slots }),
  defineClass({ python: "app.Bag", js: Bag }),
  defineClass({ python: "app.Table", js: Table }),
  defineClass({ python: "app.New", js: New }),
  defineFunction({ python: "app.relu", js: relu }),
];
const get = (name: string) => loads<never>(bytesOf(made[name] as string), { classes });

describe.each([0, 2, 4])("protocol %i", (protocol) => {
  test("an instance has its methods and attributes, and its constructor does not run", () => {
    const person = get(`person${protocol}`) as Person & { m: number };
    expect(person).toBeInstanceOf(Person);
    expect(person.older()).toBe(37);
    expect(person.friends[0]).toBe(person);
    expect(person.m).toBe(7);
  });

  test("a __proto__ key is an attribute like any other", () => {
    const person = get(`person${protocol}`) as Person;
    expect(Object.getPrototypeOf(person)).toBe(Person.prototype);
    expect((person as unknown as { polluted?: number }).polluted).toBe(undefined);
    expect(({} as { polluted?: number }).polluted).toBe(undefined);
    expect(Object.hasOwn(person, "__proto__")).toBe(true);
  });

  test.each(["person", "slots", "bag", "table", "refs"])("%s is dumped as CPython dumps it", (name) => {
    const stream = made[`${name}${protocol}`];
    if (stream === undefined) return;
    const again = dumps(loads(bytesOf(stream), { classes }), { classes, protocol, canonical: true });
    expect(Buffer.from(again).toString("latin1")).toBe(Buffer.from(bytesOf(stream)).toString("latin1"));
  });

  test("list and dict subclasses hold their items", () => {
    const bag = get(`bag${protocol}`) as Bag;
    expect(bag).toBeInstanceOf(Bag);
    expect([...bag, bag.tag, bag.total()]).toEqual([1, 2, "t", 3]);
    const table = get(`table${protocol}`) as Table;
    expect([table.get("a"), table.tag, table instanceof Table]).toEqual([1, "u", true]);
    const asMap = { classes: [defineClass({ python: "app.Table", js: MapTable })] };
    const map = loads<MapTable>(bytesOf(made[`table${protocol}`] as string), asMap);
    expect([map.get("a"), map.tag, map instanceof MapTable]).toEqual([1, "u", true]);
    expect(repr(loads(dumps(map, { ...asMap, protocol })))).toMatch(/app.Table/);
  });

  test("classes and functions by reference are the registered ones", () => {
    expect(get(`refs${protocol}`)).toEqual([Person, relu]);
  });
});

test("a float stays one while unchanged", () => {
  const person = get("person4") as Person;
  const back = (): unknown => loads<PyObject>(dumps(person, { classes })).attrs.isFloat(1);
  expect(back()).toBe(true);
  person.age = 37;
  expect(back()).toBe(false);
});

test("fromPython gets the arguments of __new__, and they are dumped again", () => {
  expect((get("new4") as New).sum).toBe(3);
  expect(repr(loads<PyObject>(dumps(get("new4"), { classes })).args)).toBe("(1, 2)");
});

test("old names, renamed fields and own state", () => {
  class Point {
    px = 0;
  }
  const old = defineClass({ python: "app.Point", js: Point, aliases: ["old.P"], fields: { px: "x" } });
  const bytes = dumps(Object.assign(new Point(), { px: 5 }), { classes: [old] });
  expect(loads<PyObject>(bytes).attrs.get("x")).toBe(5);
  const before = new TextEncoder().encode("(iold\nP\n(dS'x'\nI5\nsb.");
  expect(loads<Point>(before, { classes: [old] })).toEqual(Object.assign(new Point(), { px: 5 }));
  const own = defineClass<Point>({
    python: "app.Point",
    js: Point,
    getState: (p) => p.px,
    setState: (p, state) => void (p.px = state as number),
  });
  expect(loads(dumps(Object.assign(new Point(), { px: 9 }), { classes: [own] }), { classes: [own] })).toEqual({
    px: 9,
  });
});

test("what is not registered is refused with its path", () => {
  expect(() => dumps({ list: [new Slots()] })).toThrow(/Slots.*defineClass.*value\.list\[0\]/);
  expect(() => dumps([Bag.of(1)])).toThrow(/Bag/);
  expect(() => dumps(relu)).toThrow(/defineFunction/);
  class Special extends Person {}
  expect(() => dumps(Object.create(Special.prototype), { classes })).toThrow(/Special/);
});

test("a file cannot reach into a list or dict subclass", () => {
  const state = (name: string, key: string) => `capp\n${name}\n)\x81}S'${key}'\nI9\nsb.`;
  for (const stream of [state("Bag", "length"), state("Bag", "4000000000"), state("Table", "v")]) {
    expect(() => loads(Buffer.from(stream, "latin1"), { classes })).toThrow(/has no place on this class/);
  }
});

test("a function is never called by a file", () => {
  const called = loads(new TextEncoder().encode("capp\nrelu\n(I-1\ntR."), { classes });
  expect(called).toBeInstanceOf(PyObject);
  expect(repr(called)).toBe("<app.relu args=(-1,)>");
});

test("dumping leaves the caller's m alone", () => {
  const value = { m: 5, list: [1] };
  expect(repr(loads(dumps([value, value])))).toBe("[{'m': 5, 'list': [1]}, {'m': 5, 'list': [1]}]");
  expect(value.m).toBe(5);
});
