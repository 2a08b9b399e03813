/**
 * Which functions a function can come to, as far as names tell. An optimizer lets functions share code and marks it
 * with the place of one of them; a place in a function that cannot have been called is such a mark, and no place at all.
 */
import { type FunctionRange, outlineOf, type WrittenFunction } from './outline.ts'
import type { Program } from './program.ts'
import type { SourceFile } from './source-file.ts'
import { codeOf } from './statement.ts'

export type Reach = (one: FunctionRange) => boolean

/** @param roots what the frame was called for; with none, everything counts as reachable */
export const reachFrom = (program: Program, roots: readonly FunctionRange[]): Reach => {
  if (roots.length === 0) return () => true
  const { byName, fileOf, valued } = namesOf(program)
  const reached = new Set<FunctionRange>(roots)
  for (const one of reached)
    for (const name of namesIn(fileOf.get(one), one))
      for (const next of byName.get(name) ?? []) reached.add(next)
  return (one) => reached.has(one) || valued.has(one.name) || !fileOf.has(one)
}

/** Whether a function can have called another, itself or by others that were compiled into it. */
export const canCall = (program: Program, caller: FunctionRange, callee: FunctionRange): boolean => {
  const known = CALLS.get(program) ?? new Map<FunctionRange, Reach>()
  CALLS.set(program, known)
  const reach = known.get(caller) ?? reachFrom(program, [caller])
  known.set(caller, reach)
  return reach(callee)
}

const CALLS = new WeakMap<Program, Map<FunctionRange, Reach>>()

interface Names {
  readonly byName: ReadonlyMap<string, readonly FunctionRange[]>
  readonly fileOf: ReadonlyMap<FunctionRange, SourceFile>
  /** Functions that are used as values, or bound to operators: who calls them cannot be seen. */
  readonly valued: ReadonlySet<string>
}

const namesOf = (program: Program): Names => {
  const known = NAMES.get(program)
  if (known) return known
  const fileOf = new Map<FunctionRange, SourceFile>()
  const plain = new Set<string>()
  for (const file of program.files) {
    for (const one of outlineOf(file).functions) fileOf.set(one, file)
    for (const [name] of codeOf(file).matchAll(NAME_NOT_CALLED)) plain.add(name)
  }
  const all = [...fileOf.keys()]
  const valued = new Set(
    all.filter(({ kind, name }) => kind === 'function' && plain.has(name)).map(({ name }) => name),
  )
  const names = { byName: Map.groupBy(all, ({ name }) => name), fileOf, valued }
  NAMES.set(program, names)
  return names
}

const NAMES = new WeakMap<Program, Names>()
const NAME_NOT_CALLED = /[A-Za-z_$][\w$]*\b(?!\s*[({])/g

const namesIn = (file: SourceFile | undefined, one: FunctionRange): readonly string[] => {
  if (!file) return []
  const known = WITHIN.get(one)
  if (known) return known
  const names = [
    ...new Set(
      codeOf(file)
        .slice(one.start, one.end)
        .match(/[A-Za-z_$][\w$]*/g) ?? [],
    ),
  ]
  WITHIN.set(one, names)
  return names
}

const WITHIN = new WeakMap<FunctionRange, readonly string[]>()

/** Functions that are named in a range of a source, in the order in which they are. */
export const functionsNamedIn = (
  program: Program,
  file: SourceFile,
  start: number,
  end: number,
): WrittenFunction[] => {
  const { byName, fileOf } = namesOf(program)
  const names = new Set(
    codeOf(file)
      .slice(start, end)
      .match(/[A-Za-z_$][\w$]*(?=\s*[({])/g) ?? [],
  )
  return [...names].flatMap((name) =>
    (byName.get(name) ?? []).map((one) => ({ file: fileOf.get(one)!, function: one })),
  )
}
