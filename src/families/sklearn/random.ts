/**
 * The random numbers that answers are drawn by.
 *
 * @module
 */
import { NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { Twister } from "../../math/index.ts";
import { NumpyRandom } from "../numpy/index.ts";
import type { Estimator } from "./estimator.ts";
import { plain, wrong } from "./fields.ts";

/** The generator that an estimator's `random_state` stands for; without one, numbers that are not to be foretold. */
export function generatorOf(est: Estimator): Twister {
  const given = plain(est.attrs.get("random_state") ?? null);
  if (given === null) return Twister.seeded(Math.floor(Math.random() * 2 ** 32));
  if (typeof given === "number" && Number.isInteger(given)) return Twister.seeded(given);
  const own = given instanceof NumpyRandom ? given.state.get("state") : null;
  const [key, at] = own instanceof PyDict ? [own.get("key"), plain(own.get("pos"))] : [];
  if (!(key instanceof NDArray) || key.size !== 624 || !(typeof at === "number" && at >= 0 && at <= 624)) {
    return wrong(est, "random_state", "None, an int or a RandomState");
  }
  return new Twister(Uint32Array.from(key.flat() as number[], Number), at);
}
