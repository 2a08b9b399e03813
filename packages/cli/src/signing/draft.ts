/**
 * A deed that is going to be signed: its text, proved and laid out, and the contract that follows from it. Everything is
 * made of the text alone, so two people who have the same text and the same version of Deed have the same contract.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Outline } from '@deed/agreement'
import { emitDeed, type Fact, type Model } from '@deed/agreement/language'
import { compile } from '@deed/solidity'
import { type Abi, type Hex, keccak256 } from 'viem'
import { type File, proved, readDeed, readFileOf } from '../commands/agreement/read.ts'
import { compileCache } from '../debug/artifact-folders.ts'
import { CommandError } from '../fault.ts'

export interface Draft {
  /** Where text, terms and signatures lie. */
  readonly folder: string
  /** As somebody wrote it. */
  readonly shown: string
  readonly text: string
  readonly model: Model
  readonly facts: readonly Fact[]
  readonly outline: Outline
  readonly abi: Abi
  /** What a chain is given to create the contract, without the agreed values. */
  readonly creationCode: Hex
}

/** @param shown the text of a deed, or the folder in which it lies alone. */
export const readDraft = async (terminalFolder: string, shown: string): Promise<Draft> => {
  const file = await readFileOf(terminalFolder, await textOf(terminalFolder, shown))
  const read = proved(file, readDeed(file.text))
  if (read.formatted !== file.text) {
    throw new CommandError(
      'DEED_LAYOUT',
      `${file.shown} is not laid out as it will be signed. Write: deed agreement format ${file.shown}`,
    )
  }
  const { source, outline } = emitDeed(read, file.name)
  const [name, contract] = outline.contract.split(':') as [string, string]
  await checkWritten(file, name, source)
  const { artifacts } = await compile({
    root: dirname(fileURLToPath(import.meta.url)),
    sources: { [name]: source },
    cacheFolder: compileCache(),
  })
  const artifact = artifacts.find((each) => each.source === name && each.name === contract)!
  return {
    folder: dirname(file.path),
    shown,
    text: read.formatted,
    model: read.model,
    facts: read.proof.facts,
    outline,
    abi: artifact.abi as unknown as Abi,
    creationCode: artifact.bytecode.object,
  }
}

/** What stands for the code in a signature's file: parties with two versions of Deed shall notice it. */
export const codeHash = ({ creationCode }: Draft): Hex => keccak256(creationCode)

const textOf = async (terminalFolder: string, shown: string): Promise<string> => {
  const path = resolve(terminalFolder, shown)
  const found = shown === '' ? undefined : await stat(path).catch(() => undefined)
  if (!found?.isDirectory()) return shown
  const texts = (await readdir(path)).filter((name) => name.endsWith('.deed'))
  if (texts.length === 1) return join(shown, texts[0]!)
  throw new CommandError(
    'DEED_NOT_AN_AGREEMENT',
    `${shown} holds ${texts.length === 0 ? 'no deed' : `${texts.length} deeds`}. Name the file: ${join(shown, texts[0] ?? 'NAME.deed')}`,
  )
}

/** Whoever reads the contract beside the text must read what will be deployed. */
const checkWritten = async (file: File, name: string, source: string): Promise<void> => {
  const written = await readFile(join(dirname(file.path), name), 'utf8').catch(() => undefined)
  if (written === undefined || written === source) return
  throw new CommandError(
    'DEED_CODE_CHANGED',
    `${name} is not the contract of ${file.shown}: one of the two was changed. Write: deed agreement emit ${file.shown}`,
  )
}
