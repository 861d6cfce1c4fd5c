/** A program's own classes cross over both ways; what cloudpickle writes is shown and never run. */
import { afterAll, describe, expect, it } from "vitest";
import { defineClass, dumps, loads, PyGlobal, PyObject, repr } from "../../src/pickle.ts";
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
const classes = [defineClass({ python: "brine_fixture_classes.Person", js: Person })];

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

  it("'s streams are dumped again to streams that Python loads and runs", async () => {
    const peer = withPackages as Peer;
    const stream = await peer.dumps("cloudpickle.dumps(lambda x: x * 2)", 4, {}, "import cloudpickle");
    const again = dumps(loads(loads<Uint8Array>(stream)));
    expect(await peer.check(again, "value(21) == 42")).toBe(true);
  });
});
