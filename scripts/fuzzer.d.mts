export interface Random {
  under(n: number): number;
  pick<T>(list: readonly T[]): T;
}
export interface Library {
  loads(data: Uint8Array, options?: object): unknown;
  dumps(value: unknown): Uint8Array;
  repr(value: unknown, options?: { maxChars?: number }): string;
  equal(a: unknown, b: unknown): boolean;
  isBrineError(e: unknown): boolean;
}
export interface Verdict {
  loaded: boolean;
  problems: string[];
}
export function readSeeds(longest?: number): Uint8Array[];
export function makeRandom(seed: number): Random;
export function mutate(seeds: readonly Uint8Array[], random: Random): Uint8Array;
export function bombs(): [name: string, stream: Uint8Array, fate: "load" | "refuse" | "either"][];
export function judge(lib: Library, stream: Uint8Array, longest?: number): Verdict;
export function shrink(stream: Uint8Array, fails: (stream: Uint8Array) => boolean): Uint8Array;
export function hexOf(bytes: Uint8Array): string;
