/** The used part of WebAssembly: TypeScript has it among the browser's types only. */
declare namespace WebAssembly {
  type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  interface MemoryDescriptor {
    readonly initial: number;
    /** In pages of 64 KiB. */
    readonly maximum: number;
  }
  interface Memory {
    readonly buffer: ArrayBufferLike;
  }
  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
}

declare var WebAssembly: {
  Memory: new (descriptor: WebAssembly.MemoryDescriptor) => WebAssembly.Memory;
  readonly Instance: new (module: WebAssembly.Module, imports: WebAssembly.Imports) => WebAssembly.Instance;
  compile(bytes: Uint8Array): Promise<WebAssembly.Module>;
  validate(bytes: Uint8Array): boolean;
};
