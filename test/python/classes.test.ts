/** A program's own classes cross over both ways; what cloudpickle writes is shown and never run. */
import { afterAll, describe, expect, it } from "vitest";
import { defineClass, dumps, loads, PyGlobal, PyObject, PyPath, repr } from "../../src/pickle.ts";
import { atLeast, Peer, pythons } from "./support/peer.ts";

const peers = pythons().map((info) => new Peer(info));
const withPackages = peers.find(({ info }) => info.venv);
afterAll(() => Promise.all(peers.map((peer) => peer.close())));

class Person {
  name: string;
  age: number;
  constructor(name: string, age: number) {
    this.name = name;
    this.age = age;
  }
  older(): Person {
    return new Person(this.name, this.age + 1);
  }
}
class Inner {
  label = "";
  shout(): string {
    return this.label.toUpperCase();
  }
}
const classes = [
  defineClass({ python: "brine_fixture_classes.Person", js: Person }),
  defineClass({ python: new PyGlobal("brine_fixture_classes", "Outer.Inner"), js: Inner }),
];

describe.each(peers)("Python $info.version", (peer) => {
  const highest = atLeast(peer.info.version, "3.8") ? 5 : atLeast(peer.info.version, "3.4") ? 4 : 2;

  it.each([0, 1, 2, 3, 4, 5].filter((protocol) => protocol <= highest))(
    "loads our class into its own, and back, at protocol %i",
    async (protocol) => {
      const bytes = await peer.dumps("Person('Ada', 36)", protocol);
      const ada = loads<Person>(bytes, { classes, encoding: "latin1" });
      expect(ada).toBeInstanceOf(Person);
      const older = dumps(ada.older(), { classes, protocol });
      expect(await peer.check(older, "type(value) is Person and vars(value) == {'name': 'Ada', 'age': 37}")).toBe(true);
    },
  );
});

describe.each(peers)("Python $info.version", (peer) => {
  const highest = atLeast(peer.info.version, "3.4") ? 4 : 2;
  const PARSED = `
try:
    from urllib.parse import urlparse
except ImportError:
    from urlparse import urlparse
class_ = type(urlparse("http://a/b?c#d"))
`;
  const DICT = `
try:
    from collections import UserDict
except ImportError:
    from UserDict import UserDict
`;

  // Before protocol 2 no arguments of __new__ are told, which wants six; and Python 2 has classes without a base.
  it.each([
    ["a named tuple", `urlparse("http://a/b?c#d")`, PARSED, "value == urlparse('http://a/b?c#d')"],
    ["a class without a base", "UserDict({'a': 1})", DICT, "isinstance(value, UserDict) and value.data == {'a': 1}"],
  ])("loads %s that brine does not know as it was made", async (_, value, setup, check) => {
    for (const protocol of [0, 1, 2, 4].filter((protocol) => protocol <= highest)) {
      const bytes = await peer.dumps(value, protocol, {}, setup);
      const object = loads<PyObject>(bytes);
      expect(object).toBeInstanceOf(PyObject);
      for (const as of [protocol, highest]) {
        expect(await peer.check(dumps(object, { protocol: as }), check, {}, setup), `${protocol} as ${as}`).toBe(true);
      }
    }
  });
});

describe.each(peers.filter(({ info }) => atLeast(info.version, "3.4")))("Python $info.version", (peer) => {
  it.each([0, 1, 2, 3, 4])("loads a class inside a class, and back, at protocol %i", async (protocol) => {
    const setup = "made = Outer.Inner()\nmade.label = 'in'";
    const inner = loads<Inner>(await peer.dumps("made", protocol, {}, setup), { classes, encoding: "latin1" });
    expect(inner).toBeInstanceOf(Inner);
    expect(inner.shout()).toBe("IN");
    inner.label = "out";
    const again = dumps(inner, { classes, protocol });
    expect(await peer.check(again, "type(value) is Outer.Inner and vars(value) == {'label': 'out'}")).toBe(true);
  });

  // What Windows writes: the class is there on every system, its instances are not.
  it("writes a WindowsPath as it does on Windows, and it is read as one", async () => {
    const setup = `
import pathlib
class Windows(object):
    def __reduce__(self):
        return pathlib.WindowsPath, ("C:\\\\", "data", "a b.csv")
`;
    for (const protocol of [0, 2, 4]) {
      const stream = await peer.dumps("Windows()", protocol, {}, setup);
      const path = loads<PyPath>(stream, { encoding: "latin1" });
      expect(path).toBeInstanceOf(PyPath);
      expect(repr(path)).toBe("WindowsPath('C:/data/a b.csv')");
      expect(String(path)).toBe("C:\\data\\a b.csv");
      // Python cannot make one here, but it reads the parts.
      const again = dumps(path, { protocol });
      const parts = "set(a for _, a, _ in __import__('pickletools').genops(value) if isinstance(a, str))";
      expect(await peer.check(dumps(again), `${parts} >= {'C:\\\\', 'data', 'a b.csv'}`)).toBe(true);
    }
  });
});

describe.skipIf(withPackages === undefined)("cloudpickle", () => {
  const read = async (source: string, setup = ""): Promise<unknown> => {
    const stream = await (withPackages as Peer).dumps(
      `cloudpickle.dumps(${source})`,
      4,
      {},
      `import cloudpickle\n${setup}`,
    );
    return loads(loads<Uint8Array>(stream));
  };

  it("'s functions come back inert, with their name and code", async () => {
    const f = (await read("lambda x, y=2: x + y")) as PyObject;
    expect(f).toBeInstanceOf(PyObject);
    expect(f.how).toBe("call");
    expect(repr(f)).toMatch(/<lambda>/);
    expect(repr(f)).toMatch(/'y'/);
    expect(f.cls instanceof PyGlobal && f.cls.module).toBe("cloudpickle.cloudpickle");
  });

  it("'s classes come back inert, with their name and module", async () => {
    const setup = "class Local:\n    def hello(self):\n        return 'hi'\nLocal.__module__ = '__main__'";
    const value = (await read("Local()", setup)) as PyObject;
    expect(value).toBeInstanceOf(PyObject);
    expect(repr(value.cls)).toMatch(/'Local'/);
    expect(repr(value.cls)).toMatch(/__main__/);
  });

  it("'s classes with methods are dumped again to classes that Python loads and runs", async () => {
    const peer = withPackages as Peer;
    const setup = `
import cloudpickle
exec("""
class Base:
    kind = "base"
class Local(Base):
    "a local class"
    count = 3
    def __init__(self, name):
        self.name = name
    def hello(self, greeting="hi"):
        return greeting + " " + self.name + " of " + self.kind
    @property
    def size(self):
        return len(self.name) * Local.count
    @classmethod
    def make(cls):
        return cls("made")
    @staticmethod
    def twice(x):
        return 2 * x
""", globals())
Base.__module__ = Local.__module__ = "__main__"
`;
    const [cls, made] = (await read("[Local, Local('Eve')]", setup)) as [PyObject, PyObject];
    expect(repr(cls)).toMatch(/'Local'/);
    expect(repr(made)).toMatch(/'Eve'/);
    const again = dumps([cls, made]);
    const checks = [
      "value[1].hello() == 'hi Eve of base'",
      "value[1].size == 9",
      "type(value[1]) is value[0]",
      "value[0].make().hello('oh') == 'oh made of base'",
      "value[0].twice(4) == 8",
      "value[0].__doc__ == 'a local class'",
    ];
    expect(await peer.check(again, checks.join(" and "))).toBe(true);
  });

  it("'s streams are dumped again to streams that Python loads and runs", async () => {
    const peer = withPackages as Peer;
    const stream = await peer.dumps("cloudpickle.dumps(lambda x: x * 2)", 4, {}, "import cloudpickle");
    const again = dumps(loads(loads<Uint8Array>(stream)));
    expect(await peer.check(again, "value(21) == 42")).toBe(true);
  });
});
