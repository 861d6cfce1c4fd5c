/**
 * StringLookup and IntegerLookup: words and numbers as indices of a vocabulary.
 *
 * @module
 */
import { bad } from "../calls.ts";
import { type Config, Layer, type LayerContext, type Words } from "../layer.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { encoded } from "./encoding.ts";
import { fingerprint64 } from "./fingerprint.ts";

/** Where the indices of unknown words and of the vocabulary begin. */
interface Places {
  readonly vocabulary: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  readonly masks: number;
  readonly unknown: number;
}

export class Lookup extends Layer implements Words {
  readonly #texts: boolean;
  #made: Places | null = null;
  #vocabulary: readonly string[] | null = null;
  /** Weights of the vocabulary's words, for `tf_idf`: of words, or with the special ones before. */
  idf: ArrayLike<number> | null = null;

  constructor(className: string, config: Config, _context?: LayerContext) {
    super(className, config);
    this.#texts = className === "StringLookup";
    const given = config["vocabulary"];
    if (Array.isArray(given)) this.setVocabulary(given.map(String));
    const weights = config["idf_weights"];
    if (Array.isArray(weights)) this.idf = weights.map(Number);
  }
  get names(): readonly [] {
    return [];
  }
  override get keepsMask(): boolean {
    return false;
  }
  get mode(): string {
    return String(this.config["output_mode"] ?? "int");
  }
  /** Does it still want its words from the file's assets? */
  get wants(): boolean {
    return this.#vocabulary === null;
  }
  /** The words that came from the file's assets, not from its settings. */
  get assets(): readonly string[] | null {
    return Array.isArray(this.config["vocabulary"]) ? null : this.#vocabulary;
  }
  setVocabulary(words: readonly string[]): void {
    this.#vocabulary = words;
    this.#made = null;
  }

  get #places(): Places {
    if (this.#made !== null) return this.#made;
    if (this.#vocabulary === null) {
      throw bad(`the layer ${this.name} has no vocabulary in this file: a .keras file keeps it, .h5 may not`);
    }
    const mask = this.config["mask_token"];
    const masks = mask !== null && mask !== undefined && this.mode === "int" ? 1 : 0;
    const unknown = Number(this.config["num_oov_indices"] ?? 1);
    this.demand(Number.isInteger(unknown) && unknown >= 0 && unknown < 1 << 24, "has no number of num_oov_indices");
    const special = [
      ...new Array<string>(masks).fill(String(mask)),
      ...new Array<string>(unknown).fill(String(this.config["oov_token"] ?? (this.#texts ? "[UNK]" : -1))),
    ];
    // The words may have the special ones before them.
    const all = this.#vocabulary;
    const has = special.length > 0 && special.every((word, i) => all[i] === word);
    const vocabulary = has ? all.slice(special.length) : all;
    const places = new Map<string, number>();
    for (const [i, word] of vocabulary.entries()) if (!places.has(word)) places.set(word, special.length + i);
    if (masks === 1) places.set(String(mask), 0);
    this.#made = { vocabulary, places, masks, unknown };
    return this.#made;
  }

  /** The index of each word or number. */
  indices(words: readonly string[]): Float32Array {
    const { places, masks, unknown } = this.#places;
    const out = new Float32Array(words.length);
    for (const [i, word] of words.entries()) {
      const place = places.get(word);
      if (place !== undefined) out[i] = place;
      else if (unknown === 1) out[i] = masks;
      else if (unknown > 1) {
        const n = BigInt(unknown);
        const hash = this.#texts ? fingerprint64(new TextEncoder().encode(word)) : BigInt(Number(word));
        out[i] = masks + Number(((hash % n) + n) % n);
      } else if (this.mode === "int")
        throw new RangeError(`the layer ${this.name} does not know ${word}, and takes no others`);
      else out[i] = -1;
    }
    return out;
  }

  /** Indices in the output mode. */
  encode(indices: Float32Array, shape: readonly number[]): Tensor {
    const { vocabulary, masks, unknown } = this.#places;
    const size = masks + unknown + vocabulary.length;
    const most = Number(this.config["max_tokens"] ?? 0);
    const depth = this.config["pad_to_max_tokens"] === true && most > 0 ? most : size;
    return encoded(indices, shape, this.mode, depth, this.mode === "tf_idf" ? this.#weights(unknown) : null);
  }

  /** A weight for each index; those of unknown words have the mean of all. */
  #weights(unknown: number): ArrayLike<number> {
    const { idf } = this;
    if (idf === null) throw bad(`the layer ${this.name} has no idf_weights`);
    if (idf.length !== this.#places.vocabulary.length) return idf;
    const list = Array.from(idf);
    const mean = list.reduce((a, b) => a + b, 0) / list.length;
    return [...new Array<number>(unknown).fill(mean), ...list];
  }

  call(inputs: readonly Tensor[]): Tensor {
    const x = this.any(inputs);
    if (this.config["invert"] === true) return this.#inverted(x);
    this.demand((x.text !== undefined) === this.#texts, this.#texts ? "takes texts" : "takes numbers, not texts");
    const words =
      x.text ??
      Array.from(x.exact ?? x.data, (v) => {
        if (!Number.isFinite(v)) throw new RangeError(`${v} is no whole number`);
        return String(Math.trunc(v));
      });
    return this.encode(this.indices(words), x.shape);
  }

  #inverted(x: Tensor): Tensor {
    const { vocabulary, masks, unknown } = this.#places;
    const other = String(this.config["oov_token"] ?? (this.#texts ? "[UNK]" : -1));
    const words = Array.from(x.data, (k) => {
      if (masks === 1 && k === 0) return String(this.config["mask_token"]);
      return vocabulary[k - masks - unknown] ?? other;
    });
    return this.#texts
      ? { shape: x.shape, data: new Float32Array(0), text: words }
      : tensor(x.shape, Float32Array.from(words.map(Number)));
  }
}
