/** Code with what it was compiled from: the ground on which a path through it is told in words of the source. */
import { contractAt, type FunctionRange, functionAt, type Outline, outlineOf } from './outline.ts'
import type { SourceFile } from './source-file.ts'
import { parseSourceMap, type SourceMap } from './source-map.ts'

/** A range of bytes of a source. */
export interface Place {
  readonly file: SourceFile
  readonly start: number
  readonly length: number
  /** The function or modifier around it. */
  readonly within: FunctionRange | undefined
}

export interface Program {
  readonly map: SourceMap
  /** Compiled by way of Yul: there a branch that is taken runs what stands under an `if`. */
  readonly isInverted: boolean
  /** Of an instruction, by its number: undefined where it belongs to no statement of a source at hand. */
  place(instruction: number): Place | undefined
  /** The function as whose beginning or end the compiler marked an instruction. */
  frameOf(instruction: number): FunctionRange | undefined
  /** Those that instructions belong to, of all that were compiled at once. */
  readonly files: readonly SourceFile[]
}

export interface ProgramParts {
  readonly code: string
  readonly sourceMap: string
  readonly isCreation: boolean
  readonly isInverted: boolean
  /** By their number in source maps. */
  readonly files: ReadonlyMap<number, SourceFile>
}

export const createProgram = ({ code, sourceMap, isCreation, isInverted, files }: ProgramParts): Program => {
  const map = parseSourceMap(code, sourceMap)
  const used = new Set(map.source)
  const initializers = new Map<string, FunctionRange>()
  // Many instructions share a range.
  const places = new Map<string, Found>()
  const found: Found[] = []
  const find = (instruction: number): Found => {
    found[instruction] ??= findAnew(instruction)
    return found[instruction]
  }
  const findAnew = (instruction: number): Found => {
    const start = map.start[instruction]!
    const length = map.length[instruction]!
    const source = map.source[instruction]!
    const key = `${source}:${start}:${length}`
    const known = places.get(key)
    if (known) return known
    const file = files.get(source)
    const judged = file
      ? judge(file, outlineOf(file), start, length, isCreation ? initializers : undefined)
      : NOWHERE
    places.set(key, judged)
    return judged
  }
  const inRange = (instruction: number) => instruction >= 0 && instruction < map.start.length
  return {
    map,
    isInverted,
    place: (instruction) => (inRange(instruction) ? find(instruction).place : undefined),
    frameOf: (instruction) => (inRange(instruction) ? find(instruction).frame : undefined),
    files: [...files].flatMap(([id, file]) => (used.has(id) ? [file] : [])),
  }
}

interface Found {
  readonly place?: Place
  readonly frame?: FunctionRange
}

const NOWHERE: Found = {}

/** @param initializers of creation code: what stands for constructors that are not written */
const judge = (
  file: SourceFile,
  outline: Outline,
  start: number,
  length: number,
  initializers: Map<string, FunctionRange> | undefined,
): Found => {
  const inside = functionAt(outline, start, length)
  if (inside) {
    if (start === inside.start && start + length === inside.end) return { frame: inside }
    return { place: { file, start, length, within: inside } }
  }
  const contract = contractAt(outline, start)
  // Of the dispatcher and of much that goes by Yul: the whole contract, or more than one function of it.
  if (!contract || start === contract.start || start + length > contract.end) return NOWHERE
  if (outline.functions.some((one) => one.start < start + length && start < one.end)) return NOWHERE
  if (!initializers) return { place: { file, start, length, within: undefined } }
  // A state variable gets its first value in the constructor, written or not.
  const { name } = contract
  const written = outline.functions.find((one) => one.kind === 'constructor' && one.contract === name)
  const at = contract.start
  const implied = {
    kind: 'constructor',
    name: 'constructor',
    contract: name,
    start: at,
    body: at,
    end: at,
  } as const
  const within = written ?? initializers.get(name) ?? implied
  initializers.set(name, within)
  return { place: { file, start, length, within } }
}
