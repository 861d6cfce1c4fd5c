/**
 * TextVectorization: texts as sequences of words, and these as indices of a vocabulary.
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { type Config, Layer } from "../layer.ts";
import { fits } from "../ops/nd.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";
import { Lookup } from "./lookup.ts";

/** What `lower_and_strip_punctuation` takes away. */
const PUNCTUATION = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~']/g;

/** Lower case of ASCII letters and others alike, as TensorFlow has it for UTF-8. */
const lower = (text: string): string => text.toLowerCase();

export class TextVectorization extends Layer {
  readonly #lookup: Lookup;

  constructor(className: string, config: Config) {
    super(className, config);
    const mode = String(config["output_mode"] ?? "int");
    this.#lookup = new Lookup("StringLookup", {
      name: `${String(config["name"])}'s lookup`,
      vocabulary: config["vocabulary"],
      idf_weights: config["idf_weights"],
      max_tokens: config["max_tokens"],
      pad_to_max_tokens: config["pad_to_max_tokens"],
      output_mode: mode,
      mask_token: mode === "int" ? "" : null,
      oov_token: "[UNK]",
      num_oov_indices: 1,
    });
  }
  get names(): readonly [] {
    return [];
  }
  override get parts(): readonly (readonly [string, Layer])[] {
    return [["_lookup_layer", this.#lookup]];
  }
  override get keepsMask(): boolean {
    return false;
  }

  call(inputs: readonly Tensor[]): Tensor {
    const x = this.any(inputs);
    this.demand(x.text !== undefined, "takes texts");
    const last = x.shape[x.shape.length - 1];
    this.demand(x.shape.length === 1 || (x.shape.length === 2 && last === 1), "takes one text for each sample");
    const split = this.config["split"];
    const lines = (x.text ?? []).map((text) => this.#words(text));
    const samples = lines.length;
    const mode = this.#lookup.mode;
    if (mode === "int") {
      // Without a split the text itself is the word.
      if (split === null && this.config["ngrams"] == null) {
        return tensor(x.shape, this.#lookup.indices(lines.map(([word = ""]) => word)));
      }
      const given = this.config["output_sequence_length"];
      const width = typeof given === "number" ? given : lines.reduce((n, words) => Math.max(n, words.length), 0);
      const out = new Float32Array(sizeOf(fits([samples, width])));
      for (const [s, words] of lines.entries()) out.set(this.#lookup.indices(words.slice(0, width)), s * width);
      return tensor([samples, width], out);
    }
    const rows = lines.map((words) => {
      const indices = this.#lookup.indices(words);
      return this.#lookup.encode(indices, [1, indices.length]);
    });
    const depth = this.#lookup.encode(new Float32Array(0), [1, 0]).data.length;
    const out = new Float32Array(samples * depth);
    for (const [s, row] of rows.entries()) out.set(row.data, s * depth);
    return tensor([samples, depth], out);
  }

  /** The words of one text, and runs of them where `ngrams` asks for these. */
  #words(text: string): string[] {
    const how = this.config["standardize"];
    let plain = text;
    if (how === "lower_and_strip_punctuation") plain = lower(text).replace(PUNCTUATION, "");
    else if (how === "lower") plain = lower(text);
    else if (how === "strip_punctuation") plain = text.replace(PUNCTUATION, "");
    else if (how !== null && how !== undefined) this.#refuse("standardize", how);
    const split = this.config["split"];
    let words: string[];
    if (split === "whitespace") words = plain.split(/[\t\n\v\f\r ]+/).filter((word) => word !== "");
    else if (split === "character") words = [...plain];
    else if (split === null || split === undefined) words = [plain];
    else this.#refuse("split", split);
    const ngrams = this.config["ngrams"];
    if (ngrams === null || ngrams === undefined) return words;
    this.demand(
      [ngrams].flat().every((n) => Number.isInteger(n) && Number(n) > 0 && Number(n) <= 256),
      `has ngrams of ${String(ngrams)}`,
    );
    const lengths = Array.isArray(ngrams)
      ? ngrams.map(Number)
      : Array.from({ length: Number(ngrams) }, (_, i) => i + 1);
    return lengths.flatMap((n) =>
      Array.from({ length: Math.max(0, words.length - n + 1) }, (_, i) => words.slice(i, i + n).join(" ")),
    );
  }

  #refuse(setting: string, value: unknown): never {
    throw new UnsupportedError(
      setting,
      `the layer ${this.name} has a Python function as ${setting} (${typeof value === "string" ? value : "serialized"}), which is not run: give the layer by its name`,
      { format: "keras" },
    );
  }
}
