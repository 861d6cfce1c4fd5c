import { type Case, type Found, named, type Rule } from "../rule.ts";
import { shapesOf, stubs } from "../stubs.ts";
import { counted } from "../symbols.ts";

const isMain = (module: string): boolean => /^__(mp_)?main__$/.test(module);

/** Classes that were defined in the program itself. */
export const missingMain: Rule = {
  name: "main",
  error: /Can't get attribute '.*' on <module '__(mp_)?main__'/,
  cause: "the class was defined in the program that wrote the file, and programs do not find each other's classes",
  fix: "define the class before loading, or doctor --fix --rename __main__=MODULE",
  fixable: true,
  detect(file) {
    const shapes = shapesOf(file, isMain);
    const code = stubs(shapes);
    return named(file, /^__(mp_)?main__\./).map((full): Found => {
      const [module, name] = [full.slice(0, full.indexOf(".")), full.slice(full.indexOf(".") + 1)];
      const { attributes = [] } = shapes.find((shape) => shape.name === name) ?? {};
      return {
        where: "every other program",
        message: `AttributeError: Can't get attribute '${name}' on <module '${module}'`,
        ...(attributes.length > 0 ? { about: `attributes ${attributes.join(", ")}` } : {}),
        code,
      };
    });
  },
};

/** Modules that the reader does not have; told of when the error names one. */
export const missingModule: Rule = {
  name: "module",
  error: /^(ModuleNotFoundError|ImportError): No module named /,
  cause: "the file names classes of a module that cannot be imported where it is read",
  fix: "install the package, put the module on sys.path, or doctor --fix --rename OLD=NEW",
  fixable: true,
  detect(file) {
    const name = /No module named '?([\w.]+)/.exec(file.error ?? "")?.[1];
    if (name === undefined) return [];
    const isIt = (module: string): boolean => module === name || module.startsWith(`${name}.`);
    const shapes = shapesOf(file, isIt);
    return shapes.length === 0 ? [] : [missing(file, name, shapes.length, stubs(shapes))];
  },
};

function missing({ pins }: Case, name: string, count: number, code: string): Found {
  const package_ = name.split(".")[0]!;
  const pin = pins.find((one) => one.startsWith(package_));
  return {
    where: `Pythons without ${name}`,
    message: `ModuleNotFoundError: No module named '${name}'`,
    about: counted(count, "name"),
    code,
    ...(pin ? { fix: `pip install '${pin}'` } : {}),
  };
}
