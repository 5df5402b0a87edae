// Pulumi loads a policy pack by `require`; tsx loads the rules as what they are, on every Node that Pulumi runs on.
module.exports = import("tsx/esm/api").then(({ tsImport }) => tsImport("./pack.ts", __filename));
