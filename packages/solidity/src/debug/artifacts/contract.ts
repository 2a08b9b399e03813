/** One compiled contract, whichever tool compiled it. */
import type { AbiEntry } from '../../artifact.ts'
import { createProgram, type Program } from '../source/program.ts'
import type { SourceFile } from '../source/source-file.ts'
import type { FindLayout } from './layout.ts'
import type { CompiledCode } from './matching.ts'

export interface CompiledContract {
  readonly name: string
  /** Source as people know it: `src/Bank.sol`. */
  readonly source: string
  /** File of the artifact. */
  readonly origin: string
  readonly abi: readonly AbiEntry[]
  readonly creation: CompiledCode
  readonly runtime: CompiledCode
  readonly isInverted: boolean
  /** By their number in source maps. Those that have changed since are missing. */
  readonly files: ReadonlyMap<number, SourceFile>
  /** What a person should know: a source that has changed since it was compiled. */
  readonly notes: readonly string[]
  /** In the artifact, or by asking a compiler, once. Undefined if none that is installed can say it. */
  readonly layout: FindLayout
}

/** What an index knows of a contract before it is needed. */
export interface ListedContract {
  readonly name: string
  /** File of the artifact. */
  readonly origin: string
  /** Bytes of run-time code, without its metadata. */
  readonly runtimeSize: number
  /** First {@link HEAD_CHARACTERS} characters of the code that creates it; fewer if there is a hole in them. */
  readonly creationHead: string
  /** Characters of the code that creates it. */
  readonly creationLength: number
  /** Undefined if the file is gone or has become another. */
  readonly load: () => CompiledContract | undefined
}

export const HEAD_CHARACTERS = 2 + 2 * 64

export const runtimeProgram = ({ runtime, isInverted, files }: CompiledContract): Program =>
  createProgram({ code: runtime.object, sourceMap: runtime.sourceMap, isCreation: false, isInverted, files })

export const creationProgram = ({ creation, isInverted, files }: CompiledContract): Program =>
  createProgram({ code: creation.object, sourceMap: creation.sourceMap, isCreation: true, isInverted, files })
