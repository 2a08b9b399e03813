/** Compiles codes of a machine, and puts what comes out where the machine finds it. */
import { type Compiled, compileContract } from '../compile/contract.ts'
import { CODE } from '../tier1/layout.ts'
import type { Machine } from '../tier1/machine.ts'

/** At once, on this thread. */
export function compileNow(machine: Machine, code: number): void {
  const compiled = translate(machine, code)
  install(machine, code, compiled, new WebAssembly.Module(compiled.module))
}

/** On V8's own threads, but for the translation. Until it is done the code runs as before. */
export function compileLater(machine: Machine, code: number): void {
  const { generation } = machine.codes
  const compiled = translate(machine, code)
  WebAssembly.compile(compiled.module).then(
    (module) => {
      if (machine.codes.generation === generation) install(machine, code, compiled, module)
    },
    // What the engine does not take stays with the loop.
    () => {},
  )
}

interface Translated extends Compiled {
  readonly entriesAddress: number
}

function translate(machine: Machine, code: number): Translated {
  const { exports, at, integers, call } = machine
  const start = integers[(code + CODE.bytes) >>> 2]!
  const size = integers[(code + CODE.size) >>> 2]!
  const entriesAddress = exports.entriesRoom(code)
  const bytes = machine.bytes.slice(start, start + size)
  const tableStart = exports.table.length
  const compiled = compileContract(bytes, call!.fork, at, entriesAddress, tableStart)
  exports.table.grow(compiled.tableSize)
  machine.codes.size += COMPILED_WEIGHT * compiled.module.length
  return { ...compiled, entriesAddress }
}

/** Machine code is some four times as large as the module. */
const COMPILED_WEIGHT = 5

function install(
  machine: Machine,
  code: number,
  { entries, entriesAddress }: Translated,
  module: WebAssembly.Module,
): void {
  const { exports, integers } = machine
  new WebAssembly.Instance(module, { engine: exports as unknown as WebAssembly.ModuleImports })
  integers.set(entries, entriesAddress >>> 2)
  exports.setCompiled(code, entriesAddress)
}
