/** A contract whose code is the protocol's. */
export interface Precompile {
  readonly name: string
  /** What a call costs; `Infinity` for an input that no gas pays for. */
  gas(input: Uint8Array): number
  /** `undefined`: the input is invalid, and the call fails with all its gas. */
  run(input: Uint8Array): Uint8Array | undefined
}

export const NO_OUTPUT = new Uint8Array()

/** `size` bytes from `offset` on; zeros where the input has ended, since inputs have no end (Yellow Paper). */
export function padded(input: Uint8Array, offset: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  bytes.set(input.subarray(offset, offset + size))
  return bytes
}

/** Words of 32 bytes that hold the input. */
export const wordsOf = (input: Uint8Array): number => Math.ceil(input.length / 32)
