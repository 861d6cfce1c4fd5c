/**
 * Nested tensors: tensors of different sizes, one after another in one buffer (torch.nested).
 *
 * @module
 */
import { definePack, type GlobalEntry, type Pack, type Reduction } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { inspect, type Parts, pyJS, pyParts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { isTuple, type PyTuple } from "../../core/values/tuple.ts";
import { REBUILDERS } from "./rebuild.ts";
import { Tensor } from "./tensor.ts";

/** How the tensors within lie: each of any size, or of sizes that differ along one axis alone. */
export type NestedLayout = "strided" | "jagged";

/**
 * A nested `torch.Tensor`: a list of tensors with a buffer in common.
 *
 * @example
 * ```ts
 * for (const part of nested.tensors) console.log(part.shape, part.toArray());
 * ```
 */
export class NestedTensor {
  readonly layout: NestedLayout;
  /** The tensor that holds all items, and those that say where each part lies. */
  readonly #inner: readonly Tensor[];
  readonly #axis: number;
  readonly #recipe: Reduction;
  #tensors: readonly Tensor[] | null = null;

  /** @internal */
  constructor(layout: NestedLayout, inner: readonly Tensor[], axis: number, recipe: Reduction) {
    this.layout = layout;
    this.#inner = inner;
    this.#axis = axis;
    this.#recipe = recipe;
  }

  get dtype(): string {
    return (this.#inner[0] as Tensor).dtype;
  }
  get isLoaded(): boolean {
    return this.#inner.every((part) => part.isLoaded);
  }
  /** Reads what is not yet read, and gives the tensors within. Throws `SourceError`, `FormatError`. */
  async load(signal?: AbortSignal): Promise<readonly Tensor[]> {
    for (const part of this.#inner) await part.load(signal);
    return this.tensors;
  }

  /** The tensors within, views of the buffer. `RangeError` where they do not lie in it, `SourceError` before they are loaded. */
  get tensors(): readonly Tensor[] {
    return (this.#tensors ??= this.layout === "jagged" ? this.#jagged() : this.#strided());
  }
  /** Nested arrays of the items of each tensor. */
  toArray(): unknown[] {
    return this.tensors.map((part) => part.toArray());
  }

  #strided(): Tensor[] {
    const [buffer, sizes, strides, offsets] = this.#inner as [Tensor, Tensor, Tensor, Tensor];
    const rowsOf = (table: Tensor): number[][] => (table.toArray() as unknown[][]).map((row) => row.map(Number));
    const [shapes, steps] = [rowsOf(sizes), rowsOf(strides)];
    const starts = (offsets.toArray() as unknown[]).map(Number);
    if (shapes.length !== starts.length || steps.length !== starts.length) {
      throw new RangeError("a nested tensor has a size, a stride and a place for each part");
    }
    const { parts } = buffer;
    return starts.map(
      (start, i) =>
        new Tensor({
          ...parts,
          shape: shapes[i] as number[],
          stride: steps[i] as number[],
          offset: parts.offset + start,
        }),
    );
  }

  #jagged(): Tensor[] {
    const [values, offsets, lengths] = this.#inner as [Tensor, Tensor, Tensor | undefined];
    const starts = (offsets.toArray() as unknown[]).map(Number);
    const sizes = lengths === undefined ? null : (lengths.toArray() as unknown[]).map(Number);
    const { parts } = values;
    const axis = this.#axis - 1;
    const whole = parts.shape[axis];
    if (whole === undefined) throw new RangeError(`a nested tensor is not ragged along axis ${this.#axis}`);
    return Array.from({ length: sizes?.length ?? Math.max(0, starts.length - 1) }, (_, i) => {
      const start = starts[i] as number;
      const size = sizes?.[i] ?? (starts[i + 1] as number) - start;
      if (!(start >= 0 && size >= 0 && start + size <= whole)) {
        throw new RangeError(`part ${i} of a nested tensor lies outside of its ${whole} rows`);
      }
      const shape = parts.shape.with(axis, size);
      return new Tensor({ ...parts, shape, offset: parts.offset + start * (parts.stride[axis] as number) });
    });
  }

  /** @internal How it is written: as it came. */
  get recipe(): Reduction {
    return this.#recipe;
  }
  get [pyType](): string {
    return "torch.Tensor";
  }
  [pyParts](): unknown[] {
    return [this.layout, ...this.#inner];
  }
  [pyJS](): unknown {
    return this;
  }
  [pyRepr](): Parts {
    return [String(this)];
  }
  [inspect](): string {
    return String(this);
  }
  toString(): string {
    return `<nested tensor ${this.dtype}, layout=torch.${this.layout}>`;
  }
}

/** `_rebuild_nested_tensor(buffer, sizes, strides, offsets)`. */
function strided(args: PyTuple): NestedTensor | undefined {
  if (args.length !== 4 || !args.every((part) => part instanceof Tensor)) return undefined;
  const func = new PyGlobal("torch._utils", "_rebuild_nested_tensor");
  return new NestedTensor("strided", args as readonly unknown[] as Tensor[], 0, { func, args });
}

/** `_rebuild_from_type_v2(_rebuild_njt, NestedTensor, ({values, offsets, lengths, …},), state)`. */
function jagged(args: PyTuple): NestedTensor | undefined {
  const [func, , own] = args;
  const given = isTuple(own) ? own[0] : undefined;
  if (!(func instanceof PyGlobal && func.name === "_rebuild_njt" && given instanceof PyDict)) return undefined;
  const inner = ["values", "offsets", "lengths"].map((name) => given.get(name) ?? null);
  const axis = Number(given.get("_ragged_idx") ?? 1);
  const [values, offsets, lengths] = inner;
  if (!(values instanceof Tensor && offsets instanceof Tensor) || !(lengths === null || lengths instanceof Tensor)) {
    throw new TypeError("a nested tensor is made of tensors");
  }
  const recipe = { func: new PyGlobal("torch._tensor", "_rebuild_from_type_v2"), args };
  return new NestedTensor("jagged", lengths === null ? [values, offsets] : [values, offsets, lengths], axis, recipe);
}

const ofType = REBUILDERS.get("torch._tensor._rebuild_from_type_v2");

/** Nested tensors, which torch's `weights_only` does not allow. */
export const nested: Pack = /* @__PURE__ */ definePack({
  name: "torch.nested",
  globals: new Map<string, GlobalEntry>([
    ["torch._utils._rebuild_nested_tensor", { call: strided }],
    ["torch._tensor._rebuild_from_type_v2", { call: (args, context) => jagged(args) ?? ofType?.call?.(args, context) }],
    ["torch.nested._internal.nested_tensor._rebuild_njt", {}],
    ["torch.nested._internal.nested_tensor.NestedTensor", {}],
  ]),
  reducers: [[NestedTensor, (value: NestedTensor) => value.recipe]],
});
