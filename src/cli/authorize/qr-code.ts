import type { Context } from '../context.ts'
import { say } from '../terminal/output.ts'

/** Light modules around it: the standard asks for four, readers do with two, and width is scarce. */
const BORDER = 2

/**
 * The URL as a QR code on stderr, two modules a character. Only on a terminal that is wide enough: a
 * log has no use for it, and what wraps cannot be read.
 */
export async function showQrCode(context: Context, url: string): Promise<void> {
  const { columns = 0, isTTY } = process.stderr
  if (!isTTY) {
    say(context, 'A QR code is drawn on a terminal alone')
    return
  }
  const { renderUnicodeCompact } = await import('uqr')
  const lines = renderUnicodeCompact(url, { ecc: 'L', border: BORDER }).split('\n')
  const width = lines[0]?.length ?? 0
  if (columns < width) {
    say(context, `The QR code takes ${width} columns, and this terminal has ${columns}`)
    return
  }
  // Light is drawn, dark is the ground: so on a white terminal too, where colours may be set
  const [on, off] = context.env.NO_COLOR ? ['', ''] : ['\u001b[97;40m', '\u001b[0m']
  context.stderr.write(lines.map((line) => `${on}${line}${off}\n`).join(''))
}
