/**
 * The codecs' WebAssembly, fetched by those who meet a file that needs it.
 *
 * @module
 */

/** The module, deflated, in base64. */
export interface PackedModule {
  /** At once, or null where it has to be fetched. */
  now(): string | null;
  later(): Promise<string>;
}

export const codecsModule: PackedModule = {
  now: () => null,
  later: async () => (await import("./module.ts")).PACKED,
};
