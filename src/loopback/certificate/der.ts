/** The few forms of DER (ITU-T X.690) that a certificate is made of: tag, length, content. */
export const der = {
  sequence: (...parts: readonly Buffer[]) => element(0x30, ...parts),
  set: (...parts: readonly Buffer[]) => element(0x31, ...parts),
  /** Of a number that is not negative, its bytes without leading zeros. */
  integer: (bytes: Buffer) => element(0x02, ...((bytes[0] ?? 0) > 0x7f ? [ZERO] : []), bytes),
  octets: (...parts: readonly Buffer[]) => element(0x04, ...parts),
  /** Whole bytes; `unused` of the last one's bits do not count. */
  bits: (bytes: Buffer, unused = 0) => element(0x03, Buffer.from([unused]), bytes),
  text: (text: string) => element(0x0c, Buffer.from(text)),
  true: Buffer.from([0x01, 0x01, 0xff]),
  null: Buffer.from([0x05, 0x00]),
  /** A number that the context gives a meaning; `constructed` where elements are inside. */
  context: (number: number, constructed: boolean, ...parts: readonly Buffer[]) =>
    element((constructed ? 0xa0 : 0x80) | number, ...parts),
  oid(dotted: string): Buffer {
    const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
    return element(0x06, ...[first * 40 + second, ...rest].map(base128))
  },
  /** RFC 5280 section 4.1.2.5: two digits of the year up to 2049. */
  time(seconds: number): Buffer {
    const digits = `${new Date(seconds * 1000).toISOString().replace(/\.\d+Z$|[^\d]/g, '')}Z`
    const isEarly = digits < '2050'
    return element(isEarly ? 0x17 : 0x18, Buffer.from(isEarly ? digits.slice(2) : digits))
  },
}

const ZERO = Buffer.from([0])

function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...length(content.length)]), content])
}

function length(count: number): number[] {
  if (count < 0x80) return [count]
  const bytes: number[] = []
  for (let rest = count; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return [0x80 | bytes.length, ...bytes]
}

function base128(number: number): Buffer {
  const bytes = [number & 0x7f]
  for (let rest = number >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80)
  return Buffer.from(bytes)
}

/** The elements inside one, each with its tag and length. */
export function elementsOf(whole: Buffer): Buffer[] {
  const found: Buffer[] = []
  let rest = contentOf(whole)
  while (rest.length > 0) {
    const { header, content } = measure(rest)
    found.push(rest.subarray(0, header + content))
    rest = rest.subarray(header + content)
  }
  return found
}

export function contentOf(whole: Buffer): Buffer {
  const { header, content } = measure(whole)
  return whole.subarray(header, header + content)
}

function measure(bytes: Buffer): { header: number; content: number } {
  const first = bytes[1] ?? 0
  if (first < 0x80) return { header: 2, content: first }
  const count = first & 0x7f
  return { header: 2 + count, content: bytes.readUIntBE(2, count) }
}
