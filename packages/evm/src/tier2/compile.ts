/** Compiles codes of a machine, and puts what comes out where the machine finds it. */
import { compileContract } from '../compile/contract.ts'
import { CODE } from '../tier1/layout.ts'
import type { Machine } from '../tier1/machine.ts'

/**
 * At once. Translating is all of the work: V8 compiles a function when it is first called, and optimises those that are
 * called often on its own threads.
 */
export function compileNow(machine: Machine, code: number): void {
  const { exports, at, integers, call } = machine
  const start = integers[(code + CODE.bytes) >>> 2]!
  const size = integers[(code + CODE.size) >>> 2]!
  const entriesAddress = exports.entriesRoom(code)
  const bytes = machine.bytes.slice(start, start + size)
  const { tableEnd } = machine
  const compiled = compileContract(bytes, call!.fork, at, entriesAddress, tableEnd)
  const missing = tableEnd + compiled.tableSize - exports.table.length
  if (missing > 0) exports.table.grow(missing)
  try {
    const module = new WebAssembly.Module(compiled.module)
    new WebAssembly.Instance(module, { engine: exports as unknown as WebAssembly.ModuleImports })
  } catch (error) {
    // An engine without tail calls does not take it: the code stays with the loop.
    if (error instanceof WebAssembly.CompileError) return
    throw error
  }
  machine.tableEnd += compiled.tableSize
  machine.integers.set(compiled.entries, entriesAddress >>> 2)
  exports.setCompiled(code, entriesAddress)
  machine.codes.size += COMPILED_WEIGHT * compiled.module.length
}

/** Machine code is some four times as large as the module. */
const COMPILED_WEIGHT = 5
