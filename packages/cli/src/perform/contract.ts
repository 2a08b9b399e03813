/** Contracts of an agreement and of Deed itself, compiled or from the cache. */
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile } from '@deed/solidity'
import type { Abi, Hex } from 'viem'
import { compileCache } from '../debug/artifact-folders.ts'
import { CommandError } from '../fault.ts'

export interface Contract {
  readonly abi: Abi
  readonly bytecode: Hex
}

const OWN_MODULES = dirname(dirname(fileURLToPath(import.meta.resolve('viem/package.json'))))

/** @param contract `File.sol:Name`, the file relative to the folder. */
export const compileContract = async (folder: string, contract: string): Promise<Contract> => {
  const [file, name] = contract.split(':') as [string, string?]
  if (!existsSync(join(folder, file))) {
    throw new CommandError(
      'DEED_NOT_FOUND',
      `There is no ${file} in ${basename(folder)}, which its outline.json names as the contract. Correct "contract" there.`,
    )
  }
  const { artifacts } = await compile({
    root: folder,
    entries: [file],
    // An agreement may lie anywhere: what it stands on comes with Deed.
    modules: OWN_MODULES,
    cacheFolder: compileCache(),
  })
  const artifact = artifacts.find((a) => a.source === file && a.name === name)
  if (!artifact || artifact.bytecode.object === '0x') {
    const names = artifacts.filter((a) => a.source === file).map((a) => a.name)
    throw new CommandError(
      'DEED_NO_CONTRACT',
      `${file} has no contract "${name}" that can be deployed; it has ${names.join(', ') || 'none'}. Correct "contract" in outline.json.`,
    )
  }
  return { abi: artifact.abi as unknown as Abi, bytecode: artifact.bytecode.object }
}

/** A contract that stands for a token or a feed of a performed deed; its owner mints, or sets what it answers. */
export const compileProp = (name: 'TestToken' | 'TestTitle' | 'TestFeed'): Promise<Contract> =>
  compileContract(
    join(dirname(fileURLToPath(import.meta.resolve('@deed/contracts/package.json'))), 'src'),
    `${name}.sol:${name}`,
  )
