import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Modules that the Pulumi SDK loads at its start and uses only to drive an engine or to serialise a function's closure, by the names
 * under which it asks for them: nine hundred modules, which take longer than all the rest of a program's evaluation.
 */
const lazilyLoaded: ReadonlySet<string> = new Set(["./automation", "../../typescript-shim", "@npmcli/arborist", "normalize-package-data"]);

const scheme = "lazy:";

/**
 * Puts off the loading of those modules until one of their members is asked for. Call it before the SDK is imported.
 *
 * @returns the addresses of the modules that are loaded from then on, in order.
 */
export function loadLazily(): ReadonlySet<string> {
  const loaded = new Set<string>();
  registerHooks({
    resolve(specifier, context, next) {
      const isLazy = lazilyLoaded.has(specifier) && context.parentURL?.includes("/@pulumi/pulumi/");
      return isLazy ? { url: scheme + next(specifier, context).url, format: "commonjs", shortCircuit: true } : next(specifier, context);
    },
    load: (url, context, next) => {
      if (url.startsWith(scheme))
        return { format: "commonjs", source: standIn(fileURLToPath(url.slice(scheme.length))), shortCircuit: true };
      if (url.startsWith("file:")) loaded.add(url);
      return next(url, context);
    },
  });
  return loaded;
}

/** A CommonJS module with the members of the one in `path`, which it loads when the first of them is read. */
const standIn = (path: string): string => `
  const { createRequire } = process.getBuiltinModule("node:module");
  const path = ${JSON.stringify(path)};
  let loaded;
  module.exports = new Proxy({}, {
    get: (_, member) => member === "__esModule" || (loaded ??= createRequire(path)(path))[member],
  });`;
