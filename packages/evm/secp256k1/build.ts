/**
 * The module that ../src/secp256k1/module.ts holds: sender recovery and keys on secp256k1. The order of the files, from
 * the bottom: code.ts and module.ts write WebAssembly; element.ts, multiply.ts and carry.ts are the field's arithmetic,
 * which is what all the time is spent on; point.ts adds points, multiples.ts makes tables of them, sum.ts goes through
 * the digits of scalars (scalar.ts, digits.ts); recover.ts puts it together.
 *
 * Nothing here runs in constant time.
 */
import { RECORDS } from '../src/secp256k1/layout.ts'
import { I32, i32, laneI64, V128, wasm } from './code.ts'
import { addDigits } from './digits.ts'
import { double } from './element.ts'
import { addMultiply, addRoot, addSquare } from './field.ts'
import { FIXED, placeFixed } from './fixed.ts'
import { addInverse } from './inverse.ts'
import { CONSTANTS, G_MULTIPLES, G_TABLE, PAGES } from './layout.ts'
import { addFunction, call, createModule, emit, encode, keep, type Module } from './module.ts'
import { addMultiples, copy, POINT } from './multiples.ts'
import { addAdd, addDouble } from './point.ts'
import { addRecover } from './recover.ts'
import { addProduct, addSplit } from './scalar.ts'
import { addSum } from './sum.ts'
import { addElement, addReverse, addWord } from './words.ts'

export function build(): Uint8Array<ArrayBuffer> {
  const module = createModule(CONSTANTS)
  placeFixed(module)
  const field = {
    multiply: addMultiply(module),
    square: addSquare(module),
    element: addElement(module),
    word: addWord(module),
    reverse: addReverse(module),
    inverse: addInverse(module),
  }
  const points = { ...field, double: addDouble(module), add: addAdd(module) }
  const multiples = addMultiples(module, points)
  addPrepare(module, multiples)
  addRecover(module, {
    ...field,
    root: addRoot(module, field),
    product: addProduct(module),
    split: addSplit(module, addDigits(module)),
    multiples,
    sum: addSum(module, points),
  })
  addIsFused(module)
  if (CONSTANTS + 16 * module.constants.size > RECORDS) throw new Error('RECORDS')
  return encode(module, PAGES)
}

/**
 * `isFused()`: whether a multiply-add rounds once. It is left to the machine whether it does, and everything here
 * depends on it: (1 + 2^-30)^2 less what it is rounded to is 2^-60, or else 0.
 */
const addIsFused = (module: Module): number =>
  addFunction(module, 'isFused', [], [I32], (f) => {
    const x = keep(f, V128, double(f, 1 + 2 ** -30))
    const rounded = double(f, -((1 + 2 ** -30) ** 2))
    const rest = laneI64(wasm.f64x2RelaxedMadd(x, x, rounded), 0)
    emit(f, wasm.i32Eqz(wasm.i64Eqz(rest)))
  })

/** `prepare()`: the table of G. To be called once, before the others. */
const addPrepare = (module: Module, multiples: number): number =>
  addFunction(module, 'prepare', [], [], (f) => {
    copy(f, i32(POINT), i32(FIXED.generator))
    emit(f, call(multiples, i32(G_TABLE), i32(G_MULTIPLES), i32(1)))
  })
