import { named, type Rule } from "../rule.ts";
import { older } from "../versions.ts";

/** The module that Python 3.13 alone has; 3.14 knows both names. */
export const pathlibLocal: Rule = {
  name: "pathlib-local",
  error: /No module named '?pathlib\._local/,
  cause: "Python 3.13 keeps the classes of pathlib in pathlib._local",
  fix: "doctor --fix --for python=VERSION",
  fixable: true,
  detect(file) {
    if (named(file, /^pathlib\._local\./).length === 0 || !older(file.versions, "python", "3.13")) return [];
    const message = "ModuleNotFoundError: No module named 'pathlib._local'; 'pathlib' is not a package";
    return [{ where: "Python < 3.13", message }];
  },
  // A changed file is for whom it may concern: all Pythons know the plain name.
  rename: (full, { python }, os) =>
    python === undefined && os === undefined ? full : full.replace(/^pathlib\._local\./, "pathlib."),
};

/** Paths of another system. */
export const paths: Rule = {
  name: "paths",
  error: /cannot instantiate '(Posix|Windows)Path'/,
  cause: "a path of one system cannot be made on another",
  fix: "doctor --fix --os windows, or linux",
  fixable: true,
  detect(file) {
    const found = [];
    for (const full of named(file, /^pathlib\.(_local\.)?(Posix|Windows)Path$/)) {
      const name = full.slice(full.lastIndexOf(".") + 1);
      const posix = name === "PosixPath";
      if (file.os !== undefined && (file.os === "windows") !== posix) continue;
      const { versions } = file;
      // Where it is a class of its own, it has moved once already.
      const kind = older(versions, "python", "3.13")
        ? "NotImplementedError"
        : older(versions, "python", "3.14")
          ? "pathlib._abc.UnsupportedOperation"
          : "pathlib.UnsupportedOperation";
      const where = posix ? "Windows" : "Linux, macOS";
      const fix = `doctor --fix --os ${posix ? "windows" : "linux"}`;
      found.push({ where, message: `${kind}: cannot instantiate '${name}' on your system`, fix });
    }
    return found;
  },
  rename(full, _versions, os) {
    if (os === undefined) return full;
    const away = os === "windows" ? "Posix" : "Windows";
    return full === `pathlib.${away}Path` ? `pathlib.Pure${away}Path` : full;
  },
};
