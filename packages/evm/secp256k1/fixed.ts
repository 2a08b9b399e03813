/** What lies in memory from the beginning. */
import type { Code } from './code.ts'
import { ELEMENT_BYTES, elementBytes } from './element.ts'
import { FIXED_AT, FIXED_BYTES, G_MULTIPLES, G_TABLE, R_MULTIPLES, R_TABLE } from './layout.ts'
import { type Module, place, words } from './module.ts'
import { BETA, G, inverseOfOdd, N, P } from './numbers.ts'

const LIMBS = 9

/** Nine limbs of 30 bits, as ./inverse.ts has them. */
const limbs30 = (value: bigint): bigint[] =>
  Array.from({ length: LIMBS }, (_, k) => (value >> BigInt(30 * k)) & (2n ** 30n - 1n))
const modulusLimbs = (modulus: bigint): bigint[] => [...limbs30(modulus), inverseOfOdd(modulus, 30)]

const tables = [
  G_TABLE,
  G_TABLE + G_MULTIPLES * ELEMENT_BYTES,
  R_TABLE,
  R_TABLE + R_MULTIPLES * ELEMENT_BYTES,
]

const CONTENTS = {
  /** Elements. */
  one: words(elementBytes(1n, 1n)),
  seven: words(elementBytes(7n, 7n)),
  beta: words(elementBytes(BETA, 1n)),
  generator: words(elementBytes(G.x, G.y)),
  /** The limbs of a modulus, and its inverse modulo 2^30. */
  p: words(modulusLimbs(P)),
  n: words(modulusLimbs(N)),
  /** Limbs of what is divided: 1, and 2^256 modulo n. */
  startOne: words(limbs30(1n)),
  startR: words(limbs30(2n ** 256n % N)),
  /** -1 / f modulo 256 for odd f, by (f modulo 256) / 2. */
  negatedInverses: Array.from({ length: 128 }, (_, k) =>
    Number(BigInt.asUintN(8, -inverseOfOdd(BigInt(2 * k + 1), 8))),
  ),
  /** Addresses of 32 bits by the number of the scalar: multiples of G, of lambda G, of R, of lambda R. */
  tables: tables.flatMap((address) => words([BigInt(address)]).slice(0, 4)),
} satisfies Record<string, Code>

type Fixed = Readonly<Record<keyof typeof CONTENTS, number>>

let end = FIXED_AT
export const FIXED = Object.fromEntries(
  Object.entries(CONTENTS).map(([name, bytes]) => {
    const address = end
    end += Math.ceil(bytes.length / 16) * 16
    return [name, address]
  }),
) as Fixed
if (end > FIXED_AT + FIXED_BYTES) throw new Error('FIXED_AT')

export const placeFixed = (module: Module): void => {
  for (const [name, bytes] of Object.entries(CONTENTS)) place(module, FIXED[name as keyof Fixed], bytes)
}
