import type { Diagnostic } from './diagnostic.ts'

/** Everything that can be wrong with a project's sources, told at once and in words. */
export type SolidityErrorCode =
  /** The compiler found errors: `diagnostics` has them all. */
  | 'DEED_SOLIDITY'
  /** A file that was named is not there. */
  | 'DEED_SOLIDITY_FILE'
  /** An import leads nowhere, or to two files. */
  | 'DEED_SOLIDITY_IMPORT'
  /** A path leads out of the project or out of a package. */
  | 'DEED_SOLIDITY_PATH'
  | 'DEED_SOLIDITY_REMAPPING'
  /** More or larger sources than the bounds allow. */
  | 'DEED_SOLIDITY_SIZE'
  /** The compiler itself broke down, or took too long. */
  | 'DEED_SOLIDITY_CRASH'
  /** No compiler that is installed fits the pragmas. */
  | 'DEED_SOLC_VERSION'

export class SolidityError extends Error {
  readonly code: SolidityErrorCode
  /** What the compiler said, for `DEED_SOLIDITY`. */
  readonly diagnostics: readonly Diagnostic[]

  constructor(code: SolidityErrorCode, message: string, diagnostics: SolidityError['diagnostics'] = []) {
    super(message)
    this.name = 'SolidityError'
    this.code = code
    this.diagnostics = diagnostics
  }
}
