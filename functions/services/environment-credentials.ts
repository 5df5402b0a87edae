/**
 * The credentials of a function, which Lambda puts into its environment. Bundles have this in the place of the SDK's chain of
 * providers, which asks for profiles, SSO, web identities and instance metadata as well.
 */
export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";
