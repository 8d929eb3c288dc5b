import type { Scene } from './record.ts'

const [WIDTH, HEIGHT, MARGIN] = [8.4, 20, 16] as const

/** How long a reader is left with what is there, in seconds. */
const PAUSE = { command: 1.2, line: 0.5, scene: 1.5 } as const

interface Line {
  readonly text: string
  readonly isCommand: boolean
  /** How many characters at its beginning are bold. */
  readonly bold: number
  /** When it appears, in seconds. */
  readonly at: number
}

/**
 * Scenes as an SVG. Its lines appear one after the other, once; they are all there at once for who asked
 * for reduced motion, and in what does not know about animation.
 */
export function picture(scenes: readonly Scene[], columns: number): string {
  const lines = timed(scenes).flatMap((line) => wrapped(line, columns))
  const [width, height] = [columns * WIDTH + 2 * MARGIN, lines.length * HEIGHT + 2 * MARGIN]
  const commands = scenes.map(({ typed }) => typed).join(', then ')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t">
<title id="t">A terminal on which somebody runs ${escaped(commands)}</title>
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; fill: #1d1c1d }
rect { fill: #f8f8f8; stroke: #d5d5d5 }
.b { font-weight: bold }
.c { fill: #0b4c8c; font-weight: bold }
.l { animation: show 1ms both }
@keyframes show { from { opacity: 0 } to { opacity: 1 } }
@media (prefers-reduced-motion: reduce) { .l { animation: none } }
@media (prefers-color-scheme: dark) { text { fill: #e8e8e8 } rect { fill: #1b1d21; stroke: #3d4046 } .c { fill: #7db7f0 } }
</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>
${lines.map(drawn).join('\n')}
</svg>
`
}

function timed(scenes: readonly Scene[]): Line[] {
  let at = 0.3
  const lines: Line[] = []
  for (const { typed, shown } of scenes) {
    lines.push({ text: `$ ${typed}`, isCommand: true, bold: 0, at })
    at += PAUSE.command
    for (const text of shown.replace(/\n$/, '').split('\n')) {
      lines.push({ ...styled(text), isCommand: false, at })
      at += PAUSE.line
    }
    lines.push({ text: '', isCommand: false, bold: 0, at })
    at += PAUSE.scene
  }
  return lines.slice(0, -1)
}

/** The one style that these commands use: bold at the beginning of a line. */
function styled(line: string): Pick<Line, 'text' | 'bold'> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is sent
  const [, bold = ''] = /^\u001b\[1m([^\u001b]*)\u001b\[22m/.exec(line) ?? []
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is sent
  return { text: line.replace(/\u001b\[\d+m/g, ''), bold: bold.length }
}

function wrapped(line: Line, columns: number): Line[] {
  const { text } = line
  if (text.length <= columns) return [line]
  // Between words, unless the line is a URL
  const space = text.lastIndexOf(' ', columns)
  const [end, next] = space > columns / 2 ? [space, space + 1] : [columns, columns]
  const rest = { ...line, text: text.slice(next), bold: Math.max(0, line.bold - next) }
  return [{ ...line, text: text.slice(0, end) }, ...wrapped(rest, columns)]
}

function drawn({ text, isCommand, bold, at }: Line, index: number): string {
  if (text === '') return ''
  const y = MARGIN + (index + 0.75) * HEIGHT
  const start = text.slice(0, bold)
  const inner = (start && `<tspan class="b">${escaped(start)}</tspan>`) + escaped(text.slice(bold))
  const kind = isCommand ? 'l c' : 'l'
  return `<text class="${kind}" style="animation-delay:${at.toFixed(1)}s" x="${MARGIN}" y="${y}">${inner}</text>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
