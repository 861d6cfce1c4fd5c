export { loads } from "./formats/pickle/read/loads.ts";
export { dumps } from "./formats/pickle/write/dumps.ts";
