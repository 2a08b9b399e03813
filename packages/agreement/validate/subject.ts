/** An agreement that is to be validated: its model, its proof, and its contract compiled. */
import { fileURLToPath } from 'node:url'
import { hexToBytes } from '@deed/evm'
import { compile } from '@deed/solidity'
import { emitDeed } from '../src/emit/emit.ts'
import type { Model } from '../src/model/model.ts'
import type { Outline } from '../src/outline.ts'
import type { Exploration } from '../src/proofs/control.ts'
import { readDeed } from '../src/read.ts'
import { type Codec, codecOf } from './codec.ts'

export interface Subject {
  readonly name: string
  readonly model: Model
  readonly exploration: Exploration
  readonly outline: Outline
  readonly contract: Contract
  /** What stands for tokens and feeds. */
  readonly props: Readonly<Record<Prop, Contract>>
}

interface Contract {
  readonly codec: Codec
  readonly creation: Uint8Array
  /** Bytes that are deployed. */
  readonly size: number
}

type Prop = 'TestToken' | 'TestTitle' | 'TestFeed'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const PROPS = fileURLToPath(new URL('../../../contracts/src', import.meta.url))

/** @param change what is done to the contract's source before it is compiled: a mutant. */
export const subjectOf = async (
  name: string,
  text: string,
  cacheFolder: string,
  change: (source: string) => string = (source) => source,
): Promise<Subject> => {
  const { source, outline, model, proof } = emittedOf(name, text)
  const [file, contract] = outline.contract.split(':') as [string, string]
  const { artifacts } = await compile({ root: HERE, sources: { [file]: change(source) }, cacheFolder })
  const props = await compile({
    root: PROPS,
    entries: ['TestToken.sol', 'TestTitle.sol', 'TestFeed.sol'],
    cacheFolder,
  })
  const prop = (of: Prop) => contractOf(props.artifacts, of)
  return {
    name,
    model,
    exploration: proof.exploration,
    outline,
    contract: contractOf(artifacts, contract),
    props: { TestToken: prop('TestToken'), TestTitle: prop('TestTitle'), TestFeed: prop('TestFeed') },
  }
}

/** @throws if the text is no deed that can be proved. */
export const emittedOf = (name: string, text: string) => {
  const { findings, deed, tokens, model, proof, formatted } = readDeed(text)
  if (findings.length > 0 || !deed || !tokens || !model || !proof || formatted === undefined)
    throw new Error(`${name} has errors: ${findings.map(({ code }) => code).join(', ')}`)
  return { model, proof, ...emitDeed({ deed, tokens, model, proof, formatted }, `${name}.deed`) }
}

type Artifacts = Awaited<ReturnType<typeof compile>>['artifacts']

const contractOf = (artifacts: Artifacts, name: string): Contract => {
  const artifact = artifacts.find((each) => each.name === name)!
  return {
    codec: codecOf(artifact.abi),
    creation: hexToBytes(artifact.bytecode.object),
    size: (artifact.deployedBytecode.object.length - 2) / 2,
  }
}
