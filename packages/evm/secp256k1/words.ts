/** Words of four 64-bit limbs, their way to elements and back, and that of bytes. */

import { carry } from './carry.ts'
import {
  type Code,
  I32,
  I64,
  i64,
  laneF64,
  loadI64,
  loadV128,
  shuffle,
  storeI64,
  storeV128,
  V128,
  wasm,
} from './code.ts'
import { storeElement, WEIGHTS, WIDTHS } from './element.ts'
import { addFunction, type Body, emit, get, hold, keep, type Module, set, takeLocal, when } from './module.ts'
import { P } from './numbers.ts'

/** `element(to, word)`: the word modulo p in both lanes. */
export const addElement = (module: Module): number =>
  addFunction(module, 'element', [I32, I32], [], (f) => {
    const limbs = loadWord(f, get(1))
    const columns = WEIGHTS.map((weight, k) =>
      hold(f, V128, wasm.i64x2Splat(bitsFrom(limbs, weight, WIDTHS[k]!))),
    )
    const max = WIDTHS.map((width) => 2n ** BigInt(width))
    storeElement(f, get(0), carry(f, { limbs: columns, max, offset: WIDTHS.map(() => [0n, 0n]) }))
  })

/** `word(to, element, lane)`: the number from 0 to p - 1 that an element is. */
export const addWord = (module: Module): number =>
  addFunction(module, 'word', [I32, I32, I32], [], (f) => {
    const [to, element, lane] = [get(0), get(1), get(2)]
    const limbs = WIDTHS.map((_, k) => {
      const vector = keep(f, V128, loadV128(element, 16 * k))
      const [low, high] = [0, 1].map((lane) => wasm.i64TruncF64S(laneF64(vector, lane)))
      return hold(f, I64, wasm.select(high!, low!, lane))
    })
    const carryOn = () => {
      for (let k = 0; k + 1 < limbs.length; k++) {
        const limb = get(limbs[k]!)
        const above = wasm.i64ShrS(limb, i64(BigInt(WIDTHS[k]!)))
        set(f, limbs[k + 1]!, wasm.i64Add(get(limbs[k + 1]!), above))
        set(f, limbs[k]!, wasm.i64And(limb, i64(2n ** BigInt(WIDTHS[k]!) - 1n)))
      }
    }
    carryOn()
    // An element lies between -p and p (STORED).
    when(f, wasm.i64LtS(get(limbs.at(-1)!), i64(0n)), () => {
      limbs.forEach((limb, k) => {
        const digit = (P >> BigInt(WEIGHTS[k]!)) & (2n ** BigInt(WIDTHS[k]!) - 1n)
        set(f, limb, wasm.i64Add(get(limb), i64(digit)))
      })
      carryOn()
    })
    storeWord(
      f,
      to,
      limbs.map((limb, k) => ({ value: get(limb), weight: WEIGHTS[k]! })),
    )
  })

export const loadWord = (f: Body, address: Code): Code[] =>
  [0, 8, 16, 24].map((offset) => keep(f, I64, loadI64(address, offset)))

/** Bits of a word, by the limbs of {@link loadWord}. */
export function bitsFrom(limbs: readonly Code[], from: number, count: number): Code {
  const [limb, bit] = [from >> 6, from & 63]
  const low = bit === 0 ? limbs[limb]! : wasm.i64ShrU(limbs[limb]!, i64(BigInt(bit)))
  const next = limbs[limb + 1]
  const all = bit + count > 64 && next ? wasm.i64Or(low, wasm.i64Shl(next, i64(BigInt(64 - bit)))) : low
  return wasm.i64And(all, i64(2n ** BigInt(count) - 1n))
}

/** Stores a word of parts that do not overlap. */
export function storeWord(
  f: Body,
  to: Code,
  parts: readonly { readonly value: Code; readonly weight: number }[],
): void {
  for (let limb = 0; limb < 4; limb++) {
    const inside = parts
      .map(({ value, weight }) => ({ value, at: weight - 64 * limb }))
      .filter(({ at }) => at > -64 && at < 64)
      .map(({ value, at }) =>
        at >= 0 ? wasm.i64Shl(value, i64(BigInt(at))) : wasm.i64ShrU(value, i64(BigInt(-at))),
      )
    emit(
      f,
      storeI64(
        to,
        inside.reduce((all, part) => wasm.i64Or(all, part)),
        8 * limb,
      ),
    )
  }
}

/** `reverse(to, from)`: 32 bytes the other way round; not in place. */
export const addReverse = (module: Module): number =>
  addFunction(module, undefined, [I32, I32], [], (f) => {
    const backwards = Array.from({ length: 16 }, (_, byte) => 15 - byte)
    for (const offset of [0, 16]) {
      const half = loadV128(get(1), 16 - offset)
      emit(f, storeV128(get(0), shuffle(half, half, backwards), offset))
    }
  })

export const takeWords = (f: Body, count: number): number[] =>
  Array.from({ length: count }, () => takeLocal(f, I64))
