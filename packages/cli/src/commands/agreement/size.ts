/** How large a deed's contract is, clause by clause: what is too large cannot be deployed. */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Artifact, compile } from '@deed/solidity'
import { hexToBytes } from 'viem'
import { compileCache } from '../../debug/artifact-folders.ts'
import { CommandError } from '../../fault.ts'
import type { Terminal } from '../../terminal.ts'

/** An agreement may lie anywhere: what it stands on comes with Deed. */
const OWN_MODULES = dirname(dirname(fileURLToPath(import.meta.resolve('viem/package.json'))))

/** EIP-170 */
const MOST_BYTES = 24_576

export interface Size {
  readonly bytes: number
  readonly most: number
  /** Under the headings of the contract; `base` is what it stands on, and what the compiler shares. */
  readonly parts: readonly { readonly part: string; readonly bytes: number }[]
}

/** @param path of the contract's file. */
export const sizeOf = async (path: string, file: string, name: string, source: string): Promise<Size> => {
  const { artifacts } = await compile({
    root: dirname(path),
    entries: [file],
    modules: OWN_MODULES,
    cacheFolder: compileCache(),
  })
  const artifact = artifacts.find((each) => each.source === file && each.name === name)!
  const parts = new Map<string, number>()
  for (const { id, offset, bytes } of instructionsOf(artifact)) {
    const part = id === artifact.sources[file]!.id ? headingAt(source, offset) : undefined
    parts.set(part ?? 'base', (parts.get(part ?? 'base') ?? 0) + bytes)
  }
  const total = (artifact.deployedBytecode.object.length - 2) / 2
  return {
    bytes: total,
    most: MOST_BYTES,
    parts: [...parts].map(([part, bytes]) => ({ part, bytes })).sort((a, b) => b.bytes - a.bytes),
  }
}

/** @throws DEED_CONTRACT_SIZE with what takes how much. */
export const checkSize = (name: string, { bytes, most, parts }: Size): void => {
  if (bytes <= most) return
  const shown = parts.map((each) => `${each.part} ${each.bytes}`).join(', ')
  throw new CommandError(
    'DEED_CONTRACT_SIZE',
    `${name} has ${bytes} bytes, and a contract has ${most} at most. Make two deeds of it, or leave something out: ${shown}.`,
  )
}

export const printSize = (
  terminal: Terminal,
  name: string,
  { bytes, most, parts }: Size,
  inFull: boolean,
): void => {
  const number = (value: number) => value.toLocaleString('en-US')
  terminal.out(`${name} has ${number(bytes)} bytes of ${number(most)}`)
  if (inFull) for (const each of parts) terminal.out(`  ${number(each.bytes).padStart(6)}  ${each.part}`)
}

interface Instruction {
  /** Number of the source, and where in it. */
  readonly id: number
  readonly offset: number
  readonly bytes: number
}

const PUSH1 = 0x60
const PUSH32 = 0x7f

/** Instructions with their places: an entry of a source map leaves out what is as in the one before it. */
const instructionsOf = ({ deployedBytecode }: Artifact): Instruction[] => {
  const code = hexToBytes(deployedBytecode.object)
  let [offset, id, at] = [0, -1, 0]
  return deployedBytecode.sourceMap.split(';').map((entry) => {
    const [start, , source] = entry.split(':')
    if (start) offset = Number(start)
    if (source) id = Number(source)
    const opcode = code[at] ?? 0
    const bytes = opcode >= PUSH1 && opcode <= PUSH32 ? opcode - PUSH1 + 2 : 1
    at += bytes
    return { id, offset, bytes }
  })
}

/** The last heading above a place: `3. Rent`. */
const headingAt = (source: string, offset: number): string | undefined => {
  const headings = source.slice(0, offset).match(/^ +\/\/ ---- .*? -{3,}$/gm)
  return headings?.at(-1)?.replace(/^ +\/\/ ---- (.*?) -+$/, '$1')
}
