/** The tree of calls with what is known of each: the contract that ran, its path, who called it. */

import { type CompiledContract, creationProgram, runtimeProgram } from '../artifacts/contract.ts'
import type { ContractIndex } from '../artifacts/index.ts'
import { type AbiBook, abiBook } from '../decode/abi-book.ts'
import type { EnumMembers } from '../decode/value.ts'
import { outlineOf } from '../source/outline.ts'
import type { Program } from '../source/program.ts'
import type { CallFrame, FramePath, Hex, RawTrace } from '../trace/raw-trace.ts'

export interface Frame {
  readonly call: CallFrame
  readonly parent: Frame | undefined
  readonly children: readonly Frame[]
  readonly isCreation: boolean
  /** Whose storage it works on. */
  readonly context: Hex | undefined
  readonly path: FramePath | undefined
  /** Whose code ran, if it was compiled here. */
  readonly contract: CompiledContract | undefined
  /** Whether there is any; undefined where the node does not say. */
  readonly hasCode: boolean | undefined
  readonly isFailed: boolean
}

/** @returns the outermost frame */
export const framesOf = ({ call, paths, before }: RawTrace, index: ContractIndex): Frame => {
  const codes = codesOf(call, before)
  const contracts = new Map<string, CompiledContract | undefined>()
  const remember = (key: string, find: () => CompiledContract | undefined) => {
    if (!contracts.has(key)) contracts.set(key, find())
    return contracts.get(key)
  }
  const contractOf = (one: CallFrame): CompiledContract | undefined => {
    if (isCreate(one)) return index.byCreation(one.input)
    const { to } = one
    if (!to) return undefined
    return remember(to, () => {
      const code = codes(to)
      return code === '0x' ? undefined : index.byRuntime(code)
    })
  }

  let next = 0
  const grow = (one: CallFrame, parent: Frame | undefined, isAligned: boolean): Frame => {
    const calls = one.calls ?? []
    const path = isAligned ? paths?.frames[next++] : undefined
    // Where a node's two tracers do not tell of the same calls, the paths below are left out.
    const same = path !== undefined && path.calls.length === calls.length
    const isCreation = isCreate(one)
    const isForeign = one.type === 'DELEGATECALL' || one.type === 'CALLCODE'
    const frame: Omit<Frame, 'children'> & { children: readonly Frame[] } = {
      call: one,
      parent,
      children: [],
      isCreation,
      context: isForeign ? parent?.context : one.to,
      path: path && (same || calls.length === 0) ? path : undefined,
      contract: contractOf(one),
      hasCode: before && one.to ? isCreation || codes(one.to) !== '0x' : undefined,
      isFailed: one.error !== undefined,
    }
    frame.children = calls.map((inner) => grow(inner, frame, same))
    if (path && !same) skip(path)
    return frame
  }
  /** Passes over the paths of calls that the tree does not have. */
  const skip = (path: FramePath): void => {
    for (let left = path.calls.length; left > 0; left--) {
      const inner = paths!.frames[next++]
      if (inner) skip(inner)
    }
  }
  return grow(call, undefined, paths !== undefined)
}

const isCreate = ({ type }: CallFrame): boolean => type === 'CREATE' || type === 'CREATE2'

/** Code by address, as it was when it ran: of accounts from before, and of those that were created on the way. */
const codesOf = (root: CallFrame, before: RawTrace['before']): ((address: Hex) => Hex) => {
  const created = new Map<string, Hex>()
  const visit = (call: CallFrame) => {
    if (isCreate(call) && call.to && call.output && call.error === undefined)
      created.set(call.to, call.output)
    for (const inner of call.calls ?? []) visit(inner)
  }
  visit(root)
  const at = (address: Hex): Hex => created.get(address) ?? before?.[address]?.code ?? '0x'
  return (address) => {
    const code = at(address)
    // EIP-7702: an account that lets another's code run for it.
    return code.startsWith('0xef0100') && code.length === 48 ? at(`0x${code.slice(8)}`) : code
  }
}

/** What a contract's code is read with. */
export const programOf = ({ contract, isCreation }: Frame): Program | undefined => {
  if (!contract) return undefined
  const programs = PROGRAMS.get(contract) ?? {}
  PROGRAMS.set(contract, programs)
  if (isCreation) {
    programs.creation ??= creationProgram(contract)
    return programs.creation
  }
  programs.runtime ??= runtimeProgram(contract)
  return programs.runtime
}

const PROGRAMS = new WeakMap<CompiledContract, { runtime?: Program; creation?: Program }>()

export const bookOf = ({ contract }: Frame): AbiBook | undefined => contract && abiBook(contract.abi)

/** Enums of everything that a contract was made of. */
export const membersOf = (contract: CompiledContract | undefined): EnumMembers => {
  if (!contract) return () => undefined
  return (name) => {
    for (const file of contract.files.values()) {
      const members = outlineOf(file).enums.get(name)
      if (members) return members
    }
    return undefined
  }
}

/** Of a frame and those that called it, the nearest first, each contract once: an error may be anybody's who is under way. */
export const booksAround = (frame: Frame): AbiBook[] => {
  const books = new Set<AbiBook>()
  const visit = (one: Frame, depth: number) => {
    const book = bookOf(one)
    if (book) books.add(book)
    // What a callee says is handed on.
    const last = one.children.at(-1)
    if (last?.isFailed && depth < MAX_HANDED_ON) visit(last, depth + 1)
  }
  visit(frame, 0)
  for (let one = frame.parent; one; one = one.parent) {
    const book = bookOf(one)
    if (book) books.add(book)
  }
  return [...books]
}

const MAX_HANDED_ON = 32
