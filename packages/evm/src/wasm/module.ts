/** Puts sections together (WebAssembly core specification, section 5.5). */
import { append, byte, createWriter, signed, unsigned, type Writer, written } from './writer.ts'

export interface FunctionType {
  readonly parameters: readonly number[]
  readonly results: readonly number[]
}

export interface ModuleParts {
  readonly types: readonly FunctionType[]
  /** Of module `engine`: functions by name and type. A memory and a table come with them, `memory` and `table`. */
  readonly imports: readonly { readonly name: string; readonly type: number }[]
  /** Types and bodies; numbered after the imports. */
  readonly functions: readonly { readonly type: number; readonly body: Uint8Array }[]
  /** Function numbers that go into the table, one after the other from `tableStart` on. */
  readonly elements: readonly number[]
  readonly tableStart: number
}

export function moduleOf(parts: ModuleParts): Uint8Array<ArrayBuffer> {
  const module = createWriter()
  append(module, [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
  section(module, 1, (writer) => {
    vector(writer, parts.types, ({ parameters, results }) => {
      byte(writer, 0x60)
      vector(writer, parameters, (type) => byte(writer, type))
      vector(writer, results, (type) => byte(writer, type))
    })
  })
  section(module, 2, (writer) => {
    unsigned(writer, parts.imports.length + 2)
    for (const { name, type } of parts.imports) {
      importName(writer, name)
      byte(writer, 0x00)
      unsigned(writer, type)
    }
    importName(writer, 'memory')
    append(writer, [0x02, 0x00, 0x00])
    importName(writer, 'table')
    append(writer, [0x01, 0x70, 0x00, 0x00])
  })
  section(module, 3, (writer) => vector(writer, parts.functions, ({ type }) => unsigned(writer, type)))
  section(module, 9, (writer) => {
    append(writer, [0x01, 0x00, 0x41])
    signed(writer, parts.tableStart)
    byte(writer, 0x0b)
    vector(writer, parts.elements, (index) => unsigned(writer, index))
  })
  section(module, 10, (writer) => {
    vector(writer, parts.functions, ({ body }) => {
      unsigned(writer, body.length)
      append(writer, body)
    })
  })
  return module.bytes.slice(0, module.size) as Uint8Array<ArrayBuffer>
}

function section(module: Writer, id: number, write: (writer: Writer) => void): void {
  const writer = createWriter()
  write(writer)
  byte(module, id)
  unsigned(module, writer.size)
  append(module, written(writer))
}

function vector<T>(writer: Writer, items: readonly T[], write: (item: T) => void): void {
  unsigned(writer, items.length)
  for (const item of items) write(item)
}

function importName(writer: Writer, name: string): void {
  for (const text of ['engine', name]) {
    unsigned(writer, text.length)
    append(
      writer,
      Array.from(text, (character) => character.charCodeAt(0)),
    )
  }
}
