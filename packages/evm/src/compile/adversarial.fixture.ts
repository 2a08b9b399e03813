/** For tests and measurements: bytecode made to be dear to compile. */
const repeat = (times: number, ...bytes: number[]) =>
  Uint8Array.from({ length: times * bytes.length }, (_, index) => bytes[index % bytes.length]!)
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))

const CODE_SIZE = 24_576
const INITCODE_SIZE = 49_152

export const ADVERSARIAL: Readonly<Record<string, Uint8Array>> = {
  'JUMPDESTs alone': repeat(CODE_SIZE, 0x5b),
  'JUMPDESTs alone, 64 KB of them': repeat(65_536, 0x5b),
  'one block': repeat(CODE_SIZE / 3, 0x60, 0x01, 0x50),
  'a wide product at every second instruction': join(
    // The first word of the input: of a constant all would be worked out while compiling.
    Uint8Array.of(0x5f, 0x35),
    repeat(12_000, 0x80, 0x02),
  ),
  // DUP1 PUSH2 0x0000 JUMPI, JUMPDEST: as many branches as there can be, each to a place of its own.
  'branches everywhere': join(
    Uint8Array.of(0x5f),
    ...Array.from({ length: 3500 }, (_, i) => {
      const to = 1 + 7 * ((i * 7919) % 3500) + 5
      return Uint8Array.of(0x80, 0x61, to >> 8, to & 0xff, 0x57, 0x5b, 0x5b)
    }),
  ),
  // Every place is pushed, then jumped to by a number that is not known.
  'a jump table': join(
    ...Array.from({ length: 4000 }, (_, i) => Uint8Array.of(0x61, (5 * i) >> 8, (5 * i) & 0xff, 0x5b, 0x50)),
    Uint8Array.of(0x36, 0x56),
  ),
  'a deep stack that is turned over': join(repeat(1000, 0x5f), repeat(20_000, 0x9f, 0x8f, 0x50)).subarray(
    0,
    CODE_SIZE,
  ),
  'initialisation code at the limit': repeat(INITCODE_SIZE / 6, 0x60, 0x20, 0x51, 0x5f, 0x52, 0x5b),
  'calls one after the other': repeat(CODE_SIZE / 8, 0x5f, 0x5f, 0x5f, 0x5f, 0x30, 0x5f, 0xfa, 0x50),
}
