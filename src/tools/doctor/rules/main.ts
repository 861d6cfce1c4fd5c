import { named, type Rule } from "../rule.ts";

/** Classes that were defined in the program itself. */
export const missingMain: Rule = {
  name: "main",
  error: /Can't get attribute '.*' on <module '__main__'/,
  cause: "the class was defined in the program that wrote the file, and programs do not find each other's classes",
  fix: "define the class before loading, or doctor --fix --rename __main__=MODULE",
  fixable: true,
  detect: (file) =>
    named(file, /^__main__\./).map((name) => ({
      where: "every other program",
      message: `AttributeError: Can't get attribute '${name.slice(9)}' on <module '__main__'`,
    })),
};
