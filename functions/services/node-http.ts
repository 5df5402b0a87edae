/**
 * The used part of Node's own module, in its place in bundles. An `import` of the module itself reads every one of its exports,
 * and some of them load the whole of `fetch`: 20 to 30 ms of CPU at each start.
 */
export const { Agent, request, STATUS_CODES } = process.getBuiltinModule("node:http");
