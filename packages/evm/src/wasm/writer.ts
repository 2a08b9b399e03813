/** Bytes of a module as they are made: LEB128 integers (WebAssembly core specification, section 5.2.2). */
export interface Writer {
  bytes: Uint8Array
  size: number
}

export const createWriter = (): Writer => ({ bytes: new Uint8Array(1024), size: 0 })

export const written = ({ bytes, size }: Writer): Uint8Array => bytes.subarray(0, size)

export function byte(writer: Writer, value: number): void {
  if (writer.size === writer.bytes.length) makeRoom(writer, 1)
  writer.bytes[writer.size++] = value
}

export function append(writer: Writer, bytes: ArrayLike<number>): void {
  if (writer.size + bytes.length > writer.bytes.length) makeRoom(writer, bytes.length)
  writer.bytes.set(bytes, writer.size)
  writer.size += bytes.length
}

function makeRoom(writer: Writer, more: number): void {
  const bytes = new Uint8Array(Math.max(2 * writer.bytes.length, writer.size + more))
  bytes.set(writer.bytes)
  writer.bytes = bytes
}

/** @param value below 2^32 */
export function unsigned(writer: Writer, value: number): void {
  let rest = value
  while (rest > 0x7f) {
    byte(writer, (rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  byte(writer, rest)
}

/** @param value of 32 bits, signed */
export function signed(writer: Writer, value: number): void {
  let rest = value
  for (;;) {
    const low = rest & 0x7f
    rest >>= 7
    const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
    byte(writer, isLast ? low : low | 0x80)
    if (isLast) return
  }
}

/** @param value of 64 bits, signed or not */
export function signed64(writer: Writer, value: bigint): void {
  let rest = BigInt.asIntN(64, value)
  if (rest >= -0x80000000n && rest <= 0x7fffffffn) {
    signed(writer, Number(rest))
    return
  }
  for (;;) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    const isLast = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)
    byte(writer, isLast ? low : low | 0x80)
    if (isLast) return
  }
}
