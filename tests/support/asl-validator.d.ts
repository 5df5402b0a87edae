declare module "asl-validator" {
  /** Checks a definition against JSON schemas of the Amazon States Language. */
  export default function aslValidator(definition: unknown): { readonly isValid: boolean; errorsText(separator?: string): string };
}
