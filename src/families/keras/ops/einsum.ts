/**
 * Products of tensors along any axes: `einsum`, and matrix products of stacks.
 *
 * @module
 */
import { bad } from "../calls.ts";
import { matmul, sizeOf, type Tensor, tensor, transposed } from "../tensor.ts";
import { broadcast, fits, reduced, spread } from "./nd.ts";

/** `a (…, m, k)` times `b (…, k, n)`, stack by stack. */
export function stackedProduct(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length === 1) {
    const made = stackedProduct(tensor([1, ...a.shape], a.data), b);
    return tensor(
      made.shape.filter((_, i) => i !== made.shape.length - 2),
      made.data,
    );
  }
  if (b.shape.length === 1) {
    const made = stackedProduct(a, tensor([...b.shape, 1], b.data));
    return tensor(made.shape.slice(0, -1), made.data);
  }
  const [m, k] = a.shape.slice(-2) as [number, number];
  const [inner, n] = b.shape.slice(-2) as [number, number];
  if (k !== inner) throw bad(`matrices of (${a.shape.join(", ")}) and (${b.shape.join(", ")}) have no product`);
  const stack = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...stack, m, n];
  const out = new Float32Array(sizeOf(fits(shape)));
  const isPlain = b.shape.length === 2;
  if (isPlain) {
    matmul(a.data, b.data, a.data.length / k || 0, k, n, null, out);
    return tensor(shape, out);
  }
  const [x, y] = [spread(a, [...stack, m, k]), spread(b, [...stack, k, n])];
  for (let s = 0; s < sizeOf(stack); s++) {
    matmul(
      x.subarray(s * m * k, (s + 1) * m * k),
      y.subarray(s * k * n, (s + 1) * k * n),
      m,
      k,
      n,
      null,
      out,
      s * m * n,
    );
  }
  return tensor(shape, out);
}

/** Letters of an operand, `...` as capitals that the equation does not have. */
function letters(text: string, rank: number): string[] {
  const [before = "", after] = text.split("...");
  if (after === undefined) {
    if (text.length !== rank) throw bad(`einsum: ${text} does not fit ${rank} axes`);
    return [...text];
  }
  const wide = rank - before.length - after.length;
  if (wide < 0) throw bad(`einsum: ${text} does not fit ${rank} axes`);
  return [...before, ...Array.from({ length: wide }, (_, i) => `...${wide - i}`), ...after];
}

function permuted(x: Tensor, from: readonly string[], to: readonly string[]): Tensor {
  const order = to.map((letter) => from.indexOf(letter));
  return order.every((axis, i) => axis === i) ? x : transposed(x, order);
}

/** `einsum` of one or two tensors. Throws `FormatError` for equations with a letter twice in one of them. */
export function einsum(equation: string, operands: readonly Tensor[]): Tensor {
  const [left = "", right] = equation.replace(/\s/g, "").split("->");
  const names = left.split(",").map((text, i) => letters(text, operands[i]?.shape.length ?? 0));
  if (names.length !== operands.length || right === undefined || names.length > 2 || names.length === 0) {
    throw bad(`einsum: ${equation} is not known for ${operands.length} tensors`);
  }
  if (names.some((list) => new Set(list).size < list.length)) throw bad(`einsum: ${equation} repeats a letter`);
  const wide = [...new Set(names.flat())]
    .filter((letter) => letter.startsWith("..."))
    .sort()
    .reverse();
  const [before = "", after] = right.split("...");
  const result = after === undefined ? [...right] : [...before, ...wide, ...after];
  const sizes = new Map<string, number>();
  for (const [i, list] of names.entries()) {
    for (const [k, letter] of list.entries()) {
      const n = operands[i]?.shape[k] as number;
      const old = sizes.get(letter);
      if (old !== undefined && old !== n) throw bad(`einsum: ${letter} is ${old} and ${n} in ${equation}`);
      sizes.set(letter, n);
    }
  }
  // What stands in one tensor alone, and not in the result, is added up first.
  const own = operands.map((x, i): [Tensor, string[]] => {
    const list = names[i] as string[];
    const other = names[1 - i] ?? [];
    const alone = list.flatMap((letter, k) => (result.includes(letter) || other.includes(letter) ? [] : [k]));
    if (alone.length === 0) return [x, list];
    const sum = reduced(x, alone, false, (data, at, n) => {
      let total = 0;
      for (let k = at; k < at + n; k++) total += data[k] as number;
      return total;
    });
    return [sum, list.filter((_, k) => !alone.includes(k))];
  });
  const [[a, p], second] = own as [[Tensor, string[]], [Tensor, string[]] | undefined];
  if (second === undefined) return permuted(a, p, result);
  const [b, q] = second;
  const both = p.filter((letter) => q.includes(letter));
  const stack = both.filter((letter) => result.includes(letter));
  const inner = both.filter((letter) => !result.includes(letter));
  const [rows, columns] = [p.filter((letter) => !q.includes(letter)), q.filter((letter) => !p.includes(letter))];
  const size = (list: readonly string[]): number => list.reduce((n, letter) => n * (sizes.get(letter) as number), 1);
  const x = permuted(a, p, [...stack, ...rows, ...inner]);
  const y = permuted(b, q, [...stack, ...inner, ...columns]);
  const made = stackedProduct(
    tensor([size(stack), size(rows), size(inner)], x.data),
    tensor([size(stack), size(inner), size(columns)], y.data),
  );
  const order = [...stack, ...rows, ...columns];
  return permuted(
    tensor(
      order.map((letter) => sizes.get(letter) as number),
      made.data,
    ),
    order,
    result,
  );
}
