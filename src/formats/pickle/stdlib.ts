import { definePack } from "../../core/pack.ts";
export const stdlib = definePack({ name: "stdlib" });
