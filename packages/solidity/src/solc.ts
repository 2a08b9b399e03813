/** The compiler's own formats: what `--standard-json` reads and writes. */
import { Worker } from 'node:worker_threads'
import semver from 'semver'
import type { Compiler } from './compilers.ts'
import { SolidityError } from './errors.ts'

export interface SolcInput {
  readonly language: 'Solidity'
  readonly sources: Record<string, { content: string }>
  readonly settings: Record<string, unknown>
}

export interface SolcOutput {
  readonly errors?: readonly SolcRemark[]
  readonly contracts?: Record<string, Record<string, SolcContract>>
  readonly sources?: Record<string, { id: number }>
}

export interface SolcRemark {
  readonly severity: 'error' | 'warning' | 'info'
  readonly type: string
  readonly errorCode?: string
  readonly message: string
  readonly sourceLocation?: { file: string; start: number; end: number }
}

export interface SolcCode {
  readonly object: string
  readonly sourceMap: string
  readonly linkReferences?: Record<string, Record<string, { start: number; length: number }[]>>
  readonly immutableReferences?: Record<string, { start: number; length: number }[]>
}

export interface SolcContract {
  readonly abi: unknown[]
  readonly metadata: string
  readonly userdoc: unknown
  readonly devdoc: unknown
  readonly storageLayout?: unknown
  readonly evm: {
    bytecode: SolcCode
    deployedBytecode: SolcCode
    methodIdentifiers: Record<string, string>
  }
}

/** No contract takes this long: the slowest of the projects measured needs 95 s for 1,571 tests. */
const TIMEOUT_MS = 15 * 60_000

/** Newest first: the targets that a compiler can be asked for, by the version that learnt them. */
const EVM_VERSIONS: readonly (readonly [since: string, evmVersion: string])[] = [
  ['0.8.29', 'osaka'],
  ['0.8.27', 'prague'],
  ['0.8.24', 'cancun'],
  ['0.8.20', 'shanghai'],
  ['0.8.18', 'paris'],
  ['0.8.7', 'london'],
  ['0.8.5', 'berlin'],
  ['0.5.14', 'istanbul'],
  ['0.5.5', 'petersburg'],
  ['0.4.21', 'byzantium'],
]

/** The newest EVM, to Osaka, that the compiler knows; undefined for compilers that know one only. */
export const newestEvmVersion = (compilerVersion: string): string | undefined =>
  EVM_VERSIONS.find(([since]) => semver.gte(compilerVersion, since))?.[1]

/** @throws SolidityError `DEED_SOLIDITY_CRASH` */
export const runSolc = (compiler: Compiler, input: string): Promise<string> =>
  new Promise((done, fail) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { file: compiler.file, input },
      // The compiler's module listens for unhandled rejections of the whole process; here that is the worker.
      execArgv: [],
    })
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      void worker.terminate()
      settle()
    }
    const crash = (reason: string) =>
      finish(() =>
        fail(
          new SolidityError(
            'DEED_SOLIDITY_CRASH',
            `Solidity compiler ${compiler.version} broke down on ${input.length} characters of input: ${reason}. Compile fewer files at once, or try another version.`,
          ),
        ),
      )
    const timer = setTimeout(() => crash(`no answer within ${TIMEOUT_MS / 1000} s`), TIMEOUT_MS)
    worker.once('message', (output: string) => finish(() => done(output)))
    worker.once('error', (error: Error) => crash(error.message))
    worker.once('exit', (code) => crash(`it left with code ${code}`))
  })
