import type { SolcCode, SolcContract } from './solc.ts'

/** One entry of a contract's ABI, as the compiler writes it. */
export type AbiEntry = Readonly<Record<string, unknown>> & { readonly type: string }

/** A range of bytes in code. */
interface Range {
  readonly start: number
  readonly length: number
}

export interface Code {
  /** `0x…`; where a library has to be linked in, the compiler's 40-character placeholders stand. */
  readonly object: `0x${string}`
  /** Compressed, as the compiler documents it: `s:l:f:j:m;…` */
  readonly sourceMap: string
  /** Source name, then library name, then the places of its address. Empty if nothing is to be linked. */
  readonly linkReferences: Readonly<Record<string, Readonly<Record<string, readonly Range[]>>>>
}

export interface StorageLayout {
  readonly storage: readonly {
    readonly astId: number
    readonly contract: string
    readonly label: string
    readonly offset: number
    readonly slot: string
    readonly type: string
  }[]
  readonly types: Readonly<Record<string, Readonly<Record<string, unknown>>>> | null
}

/** All that is known of one compiled contract. */
export interface Artifact {
  readonly name: string
  /** Source unit name. */
  readonly source: string
  readonly compilerVersion: string
  readonly abi: readonly AbiEntry[]
  /** Code that deploys. Empty (`0x`) for interfaces and abstract contracts. */
  readonly bytecode: Code
  /** Code that is deployed, with the places of immutables by the id of their declaration. */
  readonly deployedBytecode: Code & {
    readonly immutableReferences: Readonly<Record<string, readonly Range[]>>
  }
  /** Signature to selector without `0x`. */
  readonly methodIdentifiers: Readonly<Record<string, string>>
  /** Undefined before Solidity 0.5.13. */
  readonly storageLayout?: StorageLayout
  readonly userdoc: unknown
  readonly devdoc: unknown
  /** JSON, byte for byte as the compiler hashed it into the code. */
  readonly metadata: string
  /** Sources that the contract was made of: number in source maps, and hash of the content. */
  readonly sources: Readonly<Record<string, { readonly id: number; readonly keccak256: `0x${string}` }>>
}

/** @param ids numbers of the sources in source maps */
export const toArtifact = (
  source: string,
  name: string,
  compilerVersion: string,
  contract: SolcContract,
  ids: Readonly<Record<string, { id: number }>>,
): Artifact => {
  const { bytecode, deployedBytecode, methodIdentifiers } = contract.evm
  return {
    name,
    source,
    compilerVersion,
    abi: contract.abi as AbiEntry[],
    bytecode: toCode(bytecode),
    deployedBytecode: {
      ...toCode(deployedBytecode),
      immutableReferences: deployedBytecode.immutableReferences ?? {},
    },
    methodIdentifiers,
    ...(contract.storageLayout ? { storageLayout: contract.storageLayout as StorageLayout } : {}),
    userdoc: contract.userdoc,
    devdoc: contract.devdoc,
    metadata: contract.metadata,
    sources: sourceHashes(contract.metadata, ids),
  }
}

const toCode = ({ object, sourceMap, linkReferences }: SolcCode): Code => ({
  object: `0x${object}`,
  sourceMap: sourceMap ?? '',
  linkReferences: linkReferences ?? {},
})

/** Interfaces have no metadata in older compilers. */
const sourceHashes = (
  metadata: string,
  ids: Readonly<Record<string, { id: number }>>,
): Artifact['sources'] => {
  if (metadata === '') return {}
  const { sources } = JSON.parse(metadata) as { sources: Record<string, { keccak256: `0x${string}` }> }
  return Object.fromEntries(
    Object.entries(sources).map(([name, { keccak256 }]) => [name, { id: ids[name]!.id, keccak256 }]),
  )
}
