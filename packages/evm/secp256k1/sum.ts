/** The sum of multiples of two points, with doublings in common (Straus; Guide to ECC, algorithm 3.51). */
import { type Code, I32, i32, i64, loadI32, loadI64, loadI64S16, V128, wasm } from './code.ts'
import { ELEMENT_BYTES, loadElement, negateBy, storeElement } from './element.ts'
import { FIXED } from './fixed.ts'
import { DIGITS, DIGITS_LENGTH, ELEMENTS, R_Z, SUM } from './layout.ts'
import {
  addFunction,
  call,
  emit,
  get,
  keep,
  type Module,
  repeat,
  scope,
  set,
  takeLocal,
  when,
} from './module.ts'
import { copy, scaleFrom } from './multiples.ts'
import { ADDED, signMask } from './point.ts'

const SCALE = ELEMENTS(16)
const Z_THERE = ELEMENTS(17)

/** Bytes of the digits that stand side by side, and how many scalars are those of G. */
const PLACE = 8
const OF_G = 2

type Needed = Readonly<Record<'multiply' | 'square' | 'double' | 'add', number>>

/**
 * `sum()`: adds up in SUM what the digits say of the tables of G and R; 0 if that is infinity. It is meant on the curve
 * on which R's multiples have the z 1: for the true z it has to be multiplied by R_Z.
 */
export const addSum = (module: Module, functions: Needed): number =>
  addFunction(module, undefined, [], [I32], (f) => {
    const { multiply, double, add } = functions
    const at = takeLocal(f, I32)
    const doublings = takeLocal(f, I32)
    const isPoint = takeLocal(f, I32)
    const which = takeLocal(f, I32)
    const digit = takeLocal(f, I32)
    const isNegative = takeLocal(f, I32)
    const entry = takeLocal(f, I32)
    const sumZ = i32(SUM + ELEMENT_BYTES)

    const doubleUp = () => {
      when(f, wasm.i32And(get(isPoint), wasm.i32Ne(get(doublings), i32(0))), () =>
        emit(f, call(double, i32(SUM), get(doublings))),
      )
      set(f, doublings, i32(0))
    }
    /** The first one: the sum becomes the entry, which for one of G has to be brought to R's curve. */
    const begin = (isOfG: Code) => {
      scope(f, () => {
        const mask = keep(f, V128, signMask(f, get(isNegative)))
        storeElement(f, i32(SUM), negateBy(f, loadElement(f, get(entry)), mask))
      })
      copy(f, sumZ, i32(FIXED.one))
      set(f, isPoint, i32(1))
      when(f, isOfG, () => {
        scaleFrom(f, functions, { z: i32(R_Z), lane: 0, to: SCALE })
        emit(f, call(multiply, i32(SUM), i32(SUM), i32(SCALE)))
      })
    }
    /** On R's curve a point of G with the z 1 has its place by the z that the sum truly has. */
    const addEntry = (isOfG: Code) => {
      const z = takeLocal(f, I32)
      set(f, z, sumZ)
      when(f, isOfG, () => {
        emit(f, call(multiply, i32(Z_THERE), sumZ, i32(R_Z)))
        set(f, z, i32(Z_THERE))
      })
      const added = keep(f, I32, call(add, i32(SUM), get(entry), get(isNegative), get(z)))
      // Only signatures made for it lead to one of these.
      when(f, wasm.i32Eq(added, i32(ADDED.same)), () => emit(f, call(double, i32(SUM), i32(1))))
      when(f, wasm.i32Eq(added, i32(ADDED.opposite)), () => set(f, isPoint, i32(0)))
    }

    set(f, at, i32(DIGITS + PLACE * DIGITS_LENGTH))
    set(f, doublings, i32(0))
    set(f, isPoint, i32(0))
    repeat(
      f,
      () => {
        set(f, at, wasm.i32Sub(get(at), i32(PLACE)))
        set(f, doublings, wasm.i32Add(get(doublings), i32(1)))
        when(f, wasm.i64Ne(loadI64(get(at)), i64(0n)), () => {
          doubleUp()
          set(f, which, i32(0))
          repeat(
            f,
            () => {
              const address = wasm.i32Add(get(at), wasm.i32Shl(get(which), i32(1)))
              set(f, digit, wasm.i32WrapI64(loadI64S16(address)))
              when(f, get(digit), () => {
                set(f, isNegative, wasm.i32ShrU(get(digit), i32(31)))
                when(f, get(isNegative), () => set(f, digit, wasm.i32Sub(i32(0), get(digit))))
                const table = loadI32(wasm.i32Shl(get(which), i32(2)), FIXED.tables)
                const index = wasm.i32ShrU(get(digit), i32(1))
                set(f, entry, wasm.i32Add(table, wasm.i32Mul(index, i32(ELEMENT_BYTES))))
                const isOfG = wasm.i32LtU(get(which), i32(OF_G))
                when(
                  f,
                  get(isPoint),
                  () => addEntry(isOfG),
                  () => begin(isOfG),
                )
              })
              set(f, which, wasm.i32Add(get(which), i32(1)))
            },
            () => wasm.i32Ne(get(which), i32(PLACE / 2)),
          )
        })
      },
      () => wasm.i32Ne(get(at), i32(DIGITS)),
    )
    doubleUp()
    emit(f, get(isPoint))
  })
