/**
 * Models in the form that TensorFlow.js reads.
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import { Place } from "./calls.ts";
import { Graph } from "./graph.ts";
import type { Config } from "./layer.ts";
import type { Model } from "./model.ts";
import type { Tfjs, TfjsModel } from "./tfjs.ts";
import { filedWeights } from "./weights.ts";

/** A configuration as Keras 2 wrote it, and as TensorFlow.js reads it. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const { class_name: className, config } = value as { class_name?: unknown; config?: Config };
  if (/^(DTypePolicy|Policy)/.test(String(className))) {
    const name = String(config?.["name"] ?? "float32");
    return name.replace(/^mixed_.*/, "float32");
  }
  const out: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    // TensorFlow.js refuses settings of a kernel that separable layers do not have, and knows one of two names.
    if (/^kernel_(initializer|regularizer|constraint)$/.test(key) && "depthwise_initializer" in value) continue;
    // The weights are set; to make others first would be slow.
    if (/_initializer$/.test(key) && (item as { class_name?: unknown } | null)?.class_name === "Orthogonal") {
      out.push([key, { class_name: "GlorotUniform", config: {} }]);
      continue;
    }
    if (key === "activation" && item === "silu") {
      out.push([key, "swish"]);
      continue;
    }
    if (/^(module|registered_name|build_config|shared_object_id|quantization_config)$/.test(key)) continue;
    out.push([key === "batch_shape" ? "batch_input_shape" : key, key === "inbound_nodes" ? item : plain(item)]);
  }
  return Object.fromEntries(out);
}

/** Layers of a model in that form, with the calls as Keras 2 lists them. */
function legacy(graph: Graph, spec: Config): Config {
  const config = plain(spec["config"]) as Record<string, unknown>;
  const layers = graph.layers.map((layer, i) => {
    const own = ((spec["config"] as Config)["layers"] as Config[])[i] as Config;
    const inner = layer instanceof Graph ? legacy(layer, own) : (plain(own) as Config);
    if (layer.config["keepdims"] === true) {
      throw new UnsupportedError("tfjs", `TensorFlow.js does not keep dimensions, as the layer ${layer.name} does`, {
        format: "keras",
      });
    }
    if (graph.className === "Sequential") return { class_name: inner["class_name"], config: inner["config"] };
    const nodes = graph.callsOf(layer).map(({ refs, inputs, args }) => {
      if (inputs.length !== refs.length || args.some((arg) => !isTensors(arg))) {
        throw new UnsupportedError("tfjs", `TensorFlow.js has no calls like that of the layer ${layer.name}`, {
          format: "keras",
        });
      }
      return inputs.map((k) => {
        const ref = refs[k];
        return ref === undefined ? [] : [ref.layer, ref.node + made(graph, ref.layer), ref.tensor, {}];
      });
    });
    return { ...inner, name: layer.name, inbound_nodes: nodes };
  });
  const ends =
    graph.className === "Sequential"
      ? {}
      : {
          input_layers: graph.inputs.map(({ layer, node, tensor: k }) => [layer, node, k]),
          output_layers: graph.outputs.map(({ layer, node, tensor: k }) => [layer, node + made(graph, layer), k]),
        };
  const className = graph.className === "Functional" ? "Model" : graph.className;
  return { class_name: className, config: { ...config, ...ends, name: graph.name, layers } };
}

/** A model inside counts its making as its first call. */
function made(graph: Graph, name: string): number {
  const layer = graph.layers.find((one) => one.name === name);
  return layer instanceof Graph && layer.layers[0]?.className === "InputLayer" ? 1 : 0;
}

function isTensors(value: unknown): boolean {
  return value instanceof Place || (Array.isArray(value) && value.every(isTensors));
}

/** What `toTfjs` does. */
export async function handedOver<M extends TfjsModel>(model: Model, tf: Tfjs<M>): Promise<M> {
  const { graph } = model;
  const topology = { keras_version: "2.15.0", backend: "tensorflow", model_config: legacy(graph, model.config) };
  const theirs = await tf.models.modelFromJSON(topology as never);
  const weights = filedWeights(graph).map(({ value }) => tf.tensor(value.data, [...value.shape]));
  try {
    theirs.setWeights(weights as never[]);
  } finally {
    for (const one of weights) one.dispose();
  }
  return theirs;
}
