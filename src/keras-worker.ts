/**
 * The thread that runs Keras models: `new Worker(new URL("brine/keras/worker", …))`, for `inWorker(model, { worker })`.
 *
 * @module
 */
import { serveModels } from "./families/keras/index.ts";

export { serveModels };

serveModels();
