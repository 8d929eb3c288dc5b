import type { BuildOptions, Metafile } from 'esbuild'

type Bundle = BuildOptions & { readonly external: string[] }
export const bundles: {
  readonly cli: Bundle
  readonly quick: Bundle
  readonly library: BuildOptions
}
export function analyse(bundle: BuildOptions): Promise<Metafile>
