/** Whether an outline fits its contract: what it names must be there, in the form in which it is going to be used. */
import type { Outline } from '@deed/agreement'
import type { Abi, AbiFunction } from 'viem'
import { CommandError } from '../fault.ts'
import { termsStruct } from './terms.ts'

/** @throws DEED_OUTLINE_CONTRACT, with the first thing that does not fit. */
export const checkOutline = (outline: Outline, abi: Abi): void => {
  const [first] = misfits(outline, abi)
  if (first === undefined) return
  throw new CommandError(
    'DEED_OUTLINE_CONTRACT',
    `outline.json does not fit ${outline.contract}: ${first}. Correct the one or the other.`,
  )
}

/** A function without arguments that answers one value of such a type. */
export const getterOf = (abi: Abi, name: string, type: RegExp): AbiFunction | undefined =>
  functionsOf(abi, name).find(
    ({ inputs, outputs }) => inputs.length === 0 && outputs.length === 1 && type.test(outputs[0]!.type),
  )

export const NUMBER = /^u?int\d+$/
const ADDRESS = /^address$/
const ANY = /./

function* misfits(outline: Outline, abi: Abi): Generator<string> {
  const { parties, tokens, feeds = [], holdings, debts, fields, terms, clauses } = outline
  const getters = [
    ...parties.map((each) => ['party', each, ADDRESS] as const),
    ...tokens.map((each) => ['token', each, ADDRESS] as const),
    ...feeds.map((each) => ['feed', each, ADDRESS] as const),
    ...holdings.map((each) => ['holding', each, NUMBER] as const),
    ...debts.map((each) => ['debt', each, NUMBER] as const),
    ...fields.map((each) => ['field', each, ANY] as const),
  ]
  for (const [what, { name, getter }, type] of getters)
    if (!getterOf(abi, getter, type))
      yield `the ${what} ${name} has the getter "${getter}", and the contract has none`

  const agreed = termsStruct(abi).map(({ name }) => name!)
  const known = new Set([...parties, ...tokens, ...feeds].map(({ name }) => name))
  for (const { name, field, kind } of terms) {
    if (!agreed.includes(field))
      yield `the term ${name} is the field "${field}" of Terms, which has no such field`
    if (kind === 'address' && !known.has(name))
      yield `the term ${name} is an address, and no party, token or feed has that name`
  }
  for (const field of agreed)
    if (!terms.some((term) => term.field === field))
      yield `Terms has the field "${field}", and the outline no such term`

  for (const { gives, pays, ...act } of clauses.flatMap(({ acts }) => acts)) {
    const counts = functionsOf(abi, act.function).map(({ inputs }) => inputs.length)
    if (!counts.includes(gives.length))
      yield `the act ${act.verb} calls ${act.function} with ${gives.length} values, and the contract has no such function`
    if (!pays) continue
    if (!tokens.some(({ name }) => name === pays.token))
      yield `the act ${act.verb} pays in ${pays.token}, which is no token of it`
    if (!gives.some(({ name }) => name === pays.amount) && !getterOf(abi, pays.amount, NUMBER))
      yield `the act ${act.verb} pays "${pays.amount}", which is neither given nor a getter`
  }
}

const functionsOf = (abi: Abi, name: string): AbiFunction[] =>
  abi.filter((entry): entry is AbiFunction => entry.type === 'function' && entry.name === name)
