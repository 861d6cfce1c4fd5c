// Opens files that real Pythons wrote (fixtures/make/demo.py), reads values, writes one back. Run by `npm run demo`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dump, equal, inspect, load, loadAll, renderTree, repr, toJS } from "brine";
import { File } from "brine/hdf5";
import { loadModel } from "brine/keras";
import { load as loadNumpy } from "brine/numpy";
import { defineClass } from "brine/pickle";
import { dis } from "brine/pickletools";

const data = (name) => fileURLToPath(new URL(`data/${name}`, import.meta.url));
const title = (text) => console.log(`\n\x1b[1m${text}\x1b[0m`.replace(process.stdout.isTTY ? "" : /\x1b\[\d+m/g, ""));
const tree = (root, options) => console.log([...renderTree(root, { limit: 6, ...options })].join("\n"));

title("cache.pkl, written by Python 3.11, as a tree");
tree(await inspect(data("cache.pkl"), { name: "cache.pkl" }), { limit: 20, depth: 2 });

title("Its values");
const cache = await load(data("cache.pkl"));
console.log("cache['prices']['apple']         ", cache.get("prices").get("apple"));
console.log("cache['users'][0].attrs['born']  ", cache.get("users")[0].attrs.get("born"));
console.log("cache['big']                     ", cache.get("big"));
console.log("toJS(cache).version              ", toJS(cache).version);

title("The same with a class of our own for shop.Person");
class Person {
  greet() {
    return `${this.name}, born ${this.born}`;
  }
}
const person = defineClass({ python: "shop.Person", js: Person });
const [ada] = (await load(data("cache.pkl"), { classes: [person] })).get("users");
console.log("ada.greet()                      ", ada.greet());
console.log("ada.friends[0].friends[0] === ada", ada.friends[0].friends[0] === ada);

title("rows.pkl: a thousand dicts, protocol 5");
tree(await inspect(data("rows.pkl"), { name: "rows.pkl" }), { limit: 2, depth: 1 });

title("python2.pkl, written by Python 2.7: text in latin-1, as its program knew");
tree(await inspect(data("python2.pkl"), { name: "python2.pkl", encoding: "latin1" }), { depth: 3 });

title("log.pkl: several pickles in one file");
for await (const { value, start, end } of loadAll(data("log.pkl"))) console.log(`bytes ${start}–${end}:`, repr(value));

title("iris.joblib, a model of scikit-learn");
const model = await load(data("iris.joblib"));
console.log(repr(model));
console.log("predict([[5.1, 3.5, 1.4, 0.2]])  ", repr(model.predict([[5.1, 3.5, 1.4, 0.2]])));

title("weather.h5, written by h5py");
const weather = new File(data("weather.h5"));
for (const [path, item] of weather.walk()) console.log(`${path.padEnd(18)} ${repr(item)}`);
const temperature = weather.dataset("oslo/temperature");
console.log(`oslo/temperature[0:6]  ${temperature.get("0:6")} ${temperature.attrs.get("unit")}`);
weather.close();

title("digits.keras, a model of Keras, and digits.npz, a hundred pictures it never saw");
const network = await loadModel(data("digits.keras"));
const digits = await loadNumpy(data("digits.npz"));
const [images, labels] = [await digits.array("images"), await digits.array("labels")];
await digits.close();
const [loss, accuracy] = network.evaluate(images, labels);
console.log(`evaluate          loss ${loss.toFixed(4)}, accuracy ${accuracy} (Keras: 0.1401, 0.98)`);
const scores = network.predict(images).slice(0).toArray();
console.log(`the first one is  ${scores.indexOf(Math.max(...scores))}, as labelled: ${labels.get(0)}`);

title("Written back and read again");
const folder = await mkdtemp(join(tmpdir(), "brine-"));
try {
  const copy = join(folder, "copy.pkl");
  cache.get("stock").set("plum", 7);
  await dump(cache, copy, { protocol: 2 });
  const again = await load(copy);
  console.log("stock                            ", again.get("stock"));
  console.log("equal(again['prices'], cache's)  ", equal(again.get("prices"), cache.get("prices")));
  console.log("ratio is still a float           ", repr(again).includes("'ratio': 1.0"));
} finally {
  await rm(folder, { recursive: true });
}

title("And without loading: python -m pickletools");
console.log(dis(new Uint8Array([0x80, 4, 0x5d, 0x94, 0x28, 0x4b, 1, 0x4b, 2, 0x65, 0x2e])));
