/** Searches with and without WebAssembly: the same neighbours, distances and order to the last bit. */
import { expect, test, vi } from "vitest";

type Points = { data: Float64Array; n: number; d: number };

function points(n: number, d: number, of: (i: number) => number): Points {
  return { data: Float64Array.from({ length: n * d }, (_, i) => of(i)), n, d };
}

const noise = (i: number): number =>
  Math.sin(i * 12.9898) * 43758.5453 - Math.floor(Math.sin(i * 12.9898) * 43758.5453);

const TABLES: Readonly<Record<string, Points>> = {
  "small ints, many equals": points(301, 5, (i) => Math.floor(noise(i) * 4)),
  floats: points(77, 33, noise),
  "far from zero": points(120, 3, (i) => 1e9 + noise(i)),
  "nothing between them": points(64, 4, () => 0.1),
  tiny: points(50, 4, (i) => noise(i) * 1e-160),
  huge: points(50, 4, (i) => (noise(i) - 0.5) * 1e150),
  "beyond single precision": points(90, 6, (i) => (i % 5 === 0 ? 1e25 : 1) * noise(i)),
  "one column": points(200, 1, noise),
};

/** Nodes of a tree over points, halved along one column after another. */
async function treeOf(kind: "KDTree" | "BallTree", { data, n, d }: Points, metric: string): Promise<unknown> {
  const { SpaceTree } = await import("../tree/space.ts");
  const { PyGlobal } = await import("../../../core/values/scalars.ts");
  const { tuple } = await import("../../../core/values/tuple.ts");
  const tree = new SpaceTree(new PyGlobal("sklearn.neighbors._kd_tree", kind));
  const levels = 4;
  const nodes = 2 ** levels - 1;
  const order = Array.from({ length: n }, (_, i) => i);
  const [start, end, isLeaf, radius] = [0, 1, 2, 3].map(() => new Float64Array(nodes)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const bounds = new Float64Array(nodes * d * (kind === "KDTree" ? 2 : 1));
  const split = (node: number, from: number, to: number, axis: number): void => {
    start[node] = from;
    end[node] = to;
    isLeaf[node] = Number(2 * node + 2 >= nodes);
    const own = order.slice(from, to).sort((a, b) => (data[a * d + axis] as number) - (data[b * d + axis] as number));
    for (const [i, place] of own.entries()) order[from + i] = place;
    for (let l = 0; l < d; l++) {
      const column = own.map((place) => data[place * d + l] as number);
      if (kind === "KDTree") {
        bounds[node * d + l] = Math.min(...column);
        bounds[(nodes + node) * d + l] = Math.max(...column);
      } else bounds[node * d + l] = column.reduce((a, b) => a + b, 0) / column.length;
    }
    for (const place of own) {
      let sum = 0;
      for (let l = 0; l < d; l++) {
        const gap = Math.abs((data[place * d + l] as number) - (bounds[node * d + l] as number));
        sum += metric === "manhattan" ? gap : gap * gap;
      }
      radius[node] = Math.max(radius[node] as number, metric === "manhattan" ? sum : Math.sqrt(sum));
    }
    if (isLeaf[node]) return;
    const middle = (from + to) >> 1;
    split(2 * node + 1, from, middle, (axis + 1) % d);
    split(2 * node + 2, middle, to, (axis + 1) % d);
  };
  split(0, 0, n, 0);
  Object.assign(tree, { state: tuple(), points: data, dims: d, order: Float64Array.from(order) });
  return Object.assign(tree, { start, end, isLeaf, radius, bounds });
}

async function answers(metric: string, way: string): Promise<unknown[]> {
  const { Estimator } = await import("../estimator.ts");
  const { floatArray, Matrix } = await import("../matrix.ts");
  const { PyGlobal } = await import("../../../core/values/scalars.ts");
  const { searchOf } = await import("./search.ts");
  const out: unknown[] = [];
  for (const [name, table] of Object.entries(TABLES)) {
    const est = new Estimator(new PyGlobal("sklearn.neighbors", "NearestNeighbors"), () => undefined);
    est.attrs.set("metric", metric);
    est.attrs.set("_sklearn_version", "1.9.1");
    est.attrs.set("_fit_X", floatArray(table.data, [table.n, table.d]));
    if (way !== "brute") {
      est.attrs.set("_fit_method", way === "KDTree" ? "kd_tree" : "ball_tree");
      est.attrs.set("_tree", await treeOf(way as "KDTree", table, metric));
    }
    const search = searchOf(est);
    for (const rows of [1, 3, table.n]) {
      const x = Matrix.dense(
        table.data.map((v, i) => (i % 3 === 0 ? v : v * 1.25)).subarray(0, rows * table.d),
        rows,
        table.d,
      );
      for (const k of [1, 5, 16]) out.push({ name, rows, ...search.nearest(x, k) });
    }
  }
  return out;
}

for (const metric of ["euclidean", "manhattan"]) {
  for (const way of ["brute", "KDTree", "BallTree"]) {
    test(`${way}, ${metric}`, async () => {
      const fast = await answers(metric, way);
      vi.resetModules();
      vi.stubGlobal("WebAssembly", undefined);
      try {
        const plain = await answers(metric, way);
        expect(fast).toHaveLength(Object.keys(TABLES).length * 9);
        for (const [i, answer] of fast.entries()) expect(answer).toEqual(plain[i]);
      } finally {
        vi.unstubAllGlobals();
        vi.resetModules();
      }
    });
  }
}
