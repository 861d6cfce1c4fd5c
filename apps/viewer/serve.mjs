// Serves the built page on this machine alone, as `brine view` does: `node apps/viewer/serve.mjs [port]`.
import { servePage } from "../../dist/cli/view.js";

const { address } = await servePage({ port: Number(process.argv[2] ?? 8320) });
console.log(address);
