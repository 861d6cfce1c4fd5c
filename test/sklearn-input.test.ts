/** What estimators take and refuse, and which structures are refused when they are read. */
import { describe, expect, it } from "vitest";
import {
  array,
  defineClass,
  dumps,
  load,
  loads,
  type NDArray,
  type PyDict,
  PyGlobal,
  renderTree,
  tuple,
} from "../src/index.ts";
import { Estimator, sklearn, type Tree } from "../src/sklearn.ts";
import { inspectValue } from "../src/tools/inspect/index.ts";
import { readCases, restore } from "./support/sklearn-cases.ts";

const { cases, given } = await readCases();
const packs = { packs: [sklearn] };
const newest = (id: string, data: string): Estimator =>
  restore(cases.find((one) => one.id === id && one.data === data && one.by.startsWith("1.9"))!);
const X = (data: string): NDArray =>
  given.get([...given.keys()].find((key) => key.endsWith(` ${data}`))!)!.X as NDArray;

/** The estimator with names of columns, as one that was fitted with a frame has them. */
function named(est: Estimator, names: string[]): Estimator {
  est.attrs.set("feature_names_in_", array(names, { dtype: "O" }));
  return est;
}

describe("input", () => {
  const model = newest("logistic", "names");
  const rows = X("names").toArray() as number[][];
  const expected = [...model.predict(X("names"))];

  it("is an array, nested arrays, typed rows, or a matrix of another dtype", () => {
    expect([...model.predict(rows)]).toEqual(expected);
    expect([...model.predict(rows.map((row) => Float64Array.from(row)))]).toEqual(expected);
    expect([...model.predict(X("names").T.copy().T)]).toEqual(expected);
    expect(model.predictProba(X("names").astype("float32")).shape).toEqual([14, 3]);
  });

  it("is records or columns where the names are known", () => {
    const names = ["a", "b", "c", "d"];
    const est = named(newest("logistic", "names"), names);
    const records = rows.map(([a, b, c, d]) => ({ d: d!, a: a!, c: c!, b: b! }));
    expect([...est.predict(records)]).toEqual(expected);
    const columns = {
      c: rows.map((row) => row[2]),
      a: rows.map((row) => row[0]),
      d: rows.map((row) => row[3]),
      b: rows.map((row) => row[1]),
    };
    expect([...est.predict(columns)]).toEqual(expected);
    expect([...est.predict(new Map(Object.entries(columns)) as never)]).toEqual(expected);
    expect(() => est.predict(records.map(({ a, ...rest }) => rest))).toThrow(/now missing: a/);
    expect(() => est.predict(records.map((row) => ({ ...row, x: 1 })))).toThrow(/unseen at fit time: x/);
    expect(() => est.predict({ ...columns, __proto__x: columns.a })).toThrow(TypeError);
    expect(est.featureNames).toEqual(names);
  });

  it("of a wrong shape or kind is refused as scikit-learn refuses it", () => {
    expect(() => model.predict([1, 2, 3, 4])).toThrow(/Expected 2D array, got 1D array/);
    expect(() => model.predict(rows.map((row) => row.slice(1)))).toThrow(
      "X has 3 features, but LogisticRegression is expecting 4 features",
    );
    expect(() => model.predict([[1, 2, 3, Number.NaN]])).toThrow(/contains NaN/);
    expect(() => model.predict([[1, 2, 3, Number.POSITIVE_INFINITY]])).toThrow(/contains infinity/);
    expect(() => model.predict([[1, 2, 3, "x"]])).toThrow("could not convert string to float: 'x'");
    expect(() => model.predict([])).toThrow(/0 sample/);
    expect(() => model.predict([[1, 2, 3, 4], [1]])).toThrow(/of one length/);
    expect(() => model.predict(null as never)).toThrow(TypeError);
    expect(() => model.transform(rows)).toThrow("this LogisticRegression has no method transform");
    expect(() => newest("onehot", "mixed").transform([["red"]])).toThrow(/features/);
    expect(model.can("predictProba")).toBe(true);
    expect(model.can("transform")).toBe(false);
  });

  it("scores", () => {
    const y = given.get([...given.keys()].find((key) => key.endsWith(" names"))!)!.y as NDArray;
    expect(model.score(rows, y)).toBeGreaterThan(0.8);
    expect(model.score(rows, y.toArray() as string[])).toBe(model.score(rows, y));
    expect(() => model.score(rows)).toThrow(/needs y/);
  });
});

describe("attributes", () => {
  it("stand under their own names", () => {
    const model = newest("svc.proba", "iris");
    expect((model.get("support_vectors_") as NDArray).ndim).toBe(2);
    expect(model.get("no_such_")).toBeUndefined();
    expect(model.version).toMatch(/^1\.9/);
    expect(model.classes).toEqual([0, 1, 2]);
    expect(model.getParams().get("C")).toBe(1);
    expect([...newest("pipe", "names").getParams(true).keys()]).toContain("model__C");
  });

  it("are written as they were read: 1.0 stays a float", () => {
    const model = newest("bagging.features", "iris");
    expect(String(model)).toContain("BaggingClassifier(");
    expect(model.attrs.isFloat([...model.attrs.keys()].indexOf("max_samples"))).toBe(true);
    const again = loads<Estimator>(dumps(model), packs);
    expect(again.attrs.isFloat([...again.attrs.keys()].indexOf("max_samples"))).toBe(true);
  });

  it("without the pack stay inert, and say what to pass once they are made", async () => {
    const bytes = dumps(newest("logistic", "names"));
    expect(loads(bytes)).not.toBeInstanceOf(Estimator);
    expect(await load(new Blob([bytes as Uint8Array<ArrayBuffer>]))).toBeInstanceOf(Estimator);
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
    const model = await load<Estimator>(stream);
    expect([...model.predict(X("names"))].length).toBe(14);
  });
});

describe("a structure that cannot be", () => {
  const nodes = (est: Estimator): NDArray => (est.get("tree_") as Tree).attrs.get("nodes") as NDArray;
  const broken = (change: (est: Estimator) => void, id = "tree", data = "iris"): (() => unknown) => {
    const est = newest(id, data);
    change(est);
    const bytes = dumps(est);
    return () => loads(bytes, packs);
  };

  it("is refused when it is read", () => {
    expect(broken((est) => nodes(est).field("left_child").set(0n, 0))).toThrow(/node 0 of a Tree has children 0/);
    expect(broken((est) => nodes(est).field("right_child").set(1_000_000n, 0))).toThrow(/children/);
    expect(broken((est) => nodes(est).field("feature").set(99n, 0))).toThrow(/asks for feature 99 of 4/);
    expect(broken((est) => (est.get("tree_") as Tree).attrs.set("nodes", array([1, 2])))).toThrow(/records/);
    expect(broken((est) => (est.get("tree_") as Tree).attrs.set("values", array([1, 2])))).toThrow(/three axes/);
    expect(
      broken((est) => {
        const [[tree]] = est.get("_predictors") as [[{ attrs: PyDict<string, NDArray> }]];
        // Records without gaps have no field that is a view.
        const all = tree.attrs.get("nodes")!;
        const { buffer, byteOffset } = all.data as Uint8Array;
        new DataView(buffer, byteOffset).setUint32(all.dtype.fields!.get("left")!.offset, 0, true);
      }, "hist"),
    ).toThrow(/node 0 of a TreePredictor/);
    const cut = (at: number, value: unknown) => (est: Estimator) => {
      const tree = est.get("_tree") as { state: unknown };
      tree.state = tuple(...(tree.state as unknown[]).map((part, i) => (i === at ? value : part)));
    };
    expect(broken(cut(1, array([7n, 7n])), "knn.kd_tree.uniform", "names")).toThrow(/do not fit together/);
    expect(broken(cut(2, null), "knn.ball_tree.uniform", "names")).toThrow(/is not arrays/);
  });

  it("is refused at every node and with every link that cannot be", () => {
    const model = newest("tree", "iris");
    const count = nodes(model).size;
    const all = (name: string): bigint[] => [...nodes(model).field(name)] as bigint[];
    const [left, right, feature] = [all("left_child"), all("right_child"), all("feature")];
    const links = [-3n, -2n, 0n, BigInt(count), 2n ** 31n, 2n ** 32n + 2n, -(2n ** 31n), -(2n ** 63n), 2n ** 63n - 1n];
    for (let i = 0; i < count; i++) {
      const isLeaf = left[i] === -1n;
      const tries = [
        ...links.map((to) => ["left_child", left[i], to] as const),
        ...(isLeaf ? [] : [...links, -1n, BigInt(i)].map((to) => ["right_child", right[i], to] as const)),
        ...(isLeaf ? [] : [-1n, 4n, 2n ** 31n, -(2n ** 31n)].map((to) => ["feature", feature[i], to] as const)),
      ];
      for (const [name, before, to] of tries) {
        const change = broken((est) => nodes(est).field(name).set(to, i));
        expect(change, `${name} of node ${i}: ${before} to ${to}`).toThrow(/of a Tree/);
      }
    }
  });

  it("is refused when the model is first used, where only its parts together show it", () => {
    const model = newest("tree", "iris");
    model.attrs.set("tree_", "no tree");
    expect(() => model.predict(X("iris"))).toThrow(/tree_ of DecisionTreeClassifier must be a Tree/);
    const mlp = newest("mlp.relu", "names");
    mlp.attrs.set("coefs_", [array([[1, 2]]), array([[1, 2, 3]])]);
    expect(() => mlp.predict(X("names"))).toThrow(/does not add up/);
    const linear = newest("logistic", "names");
    linear.attrs.set("intercept_", array([1, 2]));
    expect(() => linear.predict(X("names"))).toThrow(/2 intercepts for 3 outputs/);
    // Fitted by a function, it keeps no support vectors.
    const svc = newest("svc", "iris");
    svc.attrs.set("kernel", new PyGlobal("app", "kernel")).set("support_vectors_", array([], { shape: [0, 0] }));
    expect(() => svc.predict(X("iris"))).toThrow(/the kernel of this SVC is a function of Python's/);
    const pipe = newest("pipe", "names");
    pipe.attrs.set("steps", [tuple("a", pipe)]);
    expect(() => pipe.predict(X("names"))).toThrow(/part of itself/);
  });

  it("is refused where estimators stand in each other too deeply", () => {
    let est = newest("scale", "iris");
    const shell = (inner: Estimator): Estimator => {
      const made = newest("pipe.transform", "real");
      made.attrs.set("steps", [tuple("a", inner)]);
      return made;
    };
    for (let i = 0; i < 70; i++) est = shell(est);
    const bytes = dumps(est);
    expect(() => loads(bytes, packs)).toThrow(/64 estimators/);
  });
});

describe("steps of one's own", () => {
  class Doubler {
    transform(x: NDArray): NDArray {
      return array((x.toArray() as number[][]).map((row) => row.map((v) => 2 * v)));
    }
  }
  it("are classes of the caller", () => {
    const pipe = newest("pipe.transform", "real");
    const before = pipe.transform(X("real")) as NDArray;
    const own = defineClass({ python: "app.Doubler", js: Doubler });
    pipe.attrs.set("steps", [...(pipe.get("steps") as unknown[]), tuple("double", new Doubler())]);
    const again = loads<Estimator>(dumps(pipe, { classes: [own] }), { classes: [own], ...packs });
    expect((again.transform(X("real")) as NDArray).get(0, 0)).toBe(2 * (before.get(0, 0) as number));
    pipe.attrs.set("steps", [tuple("x", new PyGlobal("app", "Unknown"))]);
    const unknown = loads<Estimator>(dumps(pipe), packs);
    expect(() => unknown.transform(X("real"))).toThrow(/defineClass/);
  });
});

it("shows its attributes in the tree", () => {
  const lines = [...renderTree(inspectValue(newest("pipe", "names")), { depth: 6 })].join("\n");
  expect(lines).toContain(".steps");
  expect(lines).toContain(".coef_");
});
