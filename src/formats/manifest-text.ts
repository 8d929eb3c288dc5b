import { SlackOAuthError } from '../base/errors.ts'
import { type Manifest, parseManifest } from '../slack/manifest/manifest.ts'

export type ManifestFormat = 'json' | 'yaml'

/**
 * The manifest in a text, JSON or YAML as Slack exports it.
 *
 * @param source what to call it in an error
 * @throws SlackOAuthError `invalid_manifest`
 */
export async function readManifest(text: string, source: string): Promise<Manifest> {
  const isJson = text.trimStart().startsWith('{')
  try {
    return parseManifest(isJson ? JSON.parse(text) : await parseYaml(text), source)
  } catch (error) {
    if (error instanceof SlackOAuthError) throw error
    const [why = ''] = String(error instanceof Error ? error.message : error).split('\n')
    throw new SlackOAuthError(
      'invalid_manifest',
      `${source} is not ${isJson ? 'JSON' : 'YAML'}: ${why}`,
      { cause: error },
    )
  }
}

async function parseYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml')
  // Its warnings would go to stderr as they are, with the lines of the file that they quote
  return parse(text, { logLevel: 'error' })
}

export async function manifestText(manifest: Manifest, format: ManifestFormat): Promise<string> {
  if (format === 'json') return `${JSON.stringify(manifest, undefined, 2)}\n`
  const { stringify } = await import('yaml')
  // YAML 1.1 takes more words for booleans and numbers: quoted, they are strings to every parser. And a
  // long line stays one, as whoever edits the file expects
  return stringify(manifest, { version: '1.1', lineWidth: 0 })
}
