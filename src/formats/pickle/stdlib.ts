/**
 * The packs that every pickle function knows without being told: the one door from this floor up to a family.
 *
 * @module
 */
export { stdlib } from "../../families/stdlib/index.ts";
