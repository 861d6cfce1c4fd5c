/**
 * KD trees and ball trees (sklearn/neighbors/_binary_tree.pxi.tp), checked when they are read.
 *
 * @module
 */
import { NDArray } from "../../../core/ndarray/index.ts";
import type { GlobalEntry, Reduction } from "../../../core/pack.ts";
import { inspect, type Parts, pyParts, pyReduce, pyRepr, pyType } from "../../../core/values/protocol.ts";
import { inspectText, typeName } from "../../../core/values/repr.ts";
import { PyGlobal } from "../../../core/values/scalars.ts";
import { isTuple, type PyTuple, tuple } from "../../../core/values/tuple.ts";
import { floatsOf } from "../fields.ts";

/** A `KDTree` or `BallTree` over points. */
export class SpaceTree {
  readonly cls: PyGlobal;
  readonly kind: "kd" | "ball";
  /** What `__setstate__` is given: 12 or 13 parts. */
  state: PyTuple | null = null;
  /** Points in C order. */
  points: Float64Array = new Float64Array(0);
  dims = 0;
  /** Places of the points in the order of the leaves. */
  order: Float64Array = new Float64Array(0);
  start: Float64Array = new Float64Array(0);
  end: Float64Array = new Float64Array(0);
  isLeaf: Float64Array = new Float64Array(0);
  radius: Float64Array = new Float64Array(0);
  /** Lower and upper bounds of a KD tree's nodes, or the centres of a ball tree's. */
  bounds: Float64Array = new Float64Array(0);

  constructor(cls: PyGlobal) {
    this.cls = cls;
    // Before 0.20 both were called BinaryTree, each in a module of its own.
    this.kind = cls.name.startsWith("KD") || cls.module.endsWith("kd_tree") ? "kd" : "ball";
  }
  get nodes(): number {
    return this.start.length;
  }

  restore(state: unknown): void {
    if (!isTuple(state) || state.length < 5) throw new TypeError(`the state of a ${this.cls.name} must be a tuple`);
    const [points, order, nodes, bounds] = state.slice(0, 4).map((part) => (part instanceof NDArray ? part : null));
    const data = floatsOf(points);
    const limits = floatsOf(bounds);
    const places = floatsOf(order);
    if (data?.shape.length !== 2 || limits === null || places === null || !nodes || nodes.dtype.fields === null) {
      throw new TypeError(`the state of a ${this.cls.name} is not arrays of points, places, nodes and bounds`);
    }
    const [n, d] = data.shape as [number, number];
    const field = (name: string): Float64Array => {
      const found = floatsOf(nodes.field(name));
      if (found === null) throw new TypeError(`${name} of a ${this.cls.name} must be numbers`);
      return found.data;
    };
    this.start = field("idx_start");
    this.end = field("idx_end");
    this.isLeaf = field("is_leaf");
    this.radius = field("radius");
    const count = nodes.size;
    const size = count * d * (this.kind === "kd" ? 2 : 1);
    if (places.data.length !== n || limits.data.length !== size) {
      throw new RangeError(`the parts of a ${this.cls.name} do not fit together`);
    }
    for (const place of places.data) if (!(place >= 0 && place < n)) throw new RangeError(`point ${place} of ${n}`);
    for (let i = 0; i < count; i++) {
      const [a, b] = [this.start[i] as number, this.end[i] as number];
      if (!(a >= 0 && a <= b && b <= n))
        throw new RangeError(`node ${i} of a ${this.cls.name} has points ${a} to ${b}`);
      if (!this.isLeaf[i] && 2 * i + 2 >= count)
        throw new RangeError(`node ${i} of a ${this.cls.name} has no children`);
    }
    this.state = state;
    this.points = data.data;
    this.dims = d;
    this.order = places.data;
    this.bounds = limits.data;
  }

  get [pyType](): string {
    return `${this.cls.module}.${this.cls.name}`;
  }
  [pyParts](): unknown[] {
    return [this.cls, this.state];
  }
  [pyReduce](): Reduction {
    const { cls, state } = this;
    const made = { func: new PyGlobal(cls.module, "newObj"), args: tuple(cls) };
    return state === null ? made : { ...made, state };
  }
  [pyRepr](): Parts {
    return [`<${this[pyType]} of ${this.order.length} points>`];
  }
  [inspect](): string {
    return inspectText(this);
  }
}

export function spaceTreeEntry(module: string, name: string): GlobalEntry {
  return {
    create: () => new SpaceTree(new PyGlobal(module, name)),
    setState: (value, state) => (value as SpaceTree).restore(state),
  };
}

/** `newObj(cls)`, by which trees are pickled. */
export function treeMaker(_module: string): GlobalEntry {
  return {
    call: ([cls]) => {
      if (!(cls instanceof PyGlobal)) throw new TypeError(`newObj makes a tree of its class, not of ${typeName(cls)}`);
      return new SpaceTree(new PyGlobal(cls.module, cls.name));
    },
    setState: (value, state) => (value as SpaceTree).restore(state),
  };
}
