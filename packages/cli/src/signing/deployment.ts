/** Where a deed lives: `deployment.json` beside its text, written when it is deployed. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Address, type Hex, isAddressEqual } from 'viem'
import { z } from 'zod'
import { CommandError } from '../fault.ts'
import type { Draft } from './draft.ts'
import { agreedOf } from './terms-file.ts'
import { addressOf } from './typed-data.ts'

const DEPLOYMENT_FILE = 'deployment.json'

const deploymentSchema = z.strictObject({
  chain: z.int().positive(),
  contract: z.string().regex(/^0x[0-9a-fA-F]{40}$/),
  text: z.string(),
  /** Of the creation. */
  block: z.int().nonnegative(),
  transaction: z.string().nullable(),
})

export interface Deployment {
  readonly chain: number
  readonly contract: Address
  readonly text: Hex
  readonly block: number
  readonly transaction: Hex | null
}

export const writeDeployment = ({ folder }: Draft, deployment: Deployment): Promise<void> =>
  writeFile(join(folder, DEPLOYMENT_FILE), `${JSON.stringify(deployment, null, 2)}\n`)

/** Of this contract, as it was written before; undefined if there is none. */
export const readDeployment = async (
  { folder }: Draft,
  contract: Address,
): Promise<Deployment | undefined> => {
  const content = await readFile(join(folder, DEPLOYMENT_FILE), 'utf8').catch(() => '')
  try {
    const deployment = deploymentSchema.parse(JSON.parse(content)) as Deployment
    return isAddressEqual(deployment.contract, contract) ? deployment : undefined
  } catch {
    return undefined
  }
}

/** Where it is, or where it will be once all have signed. */
export const whereabouts = async (draft: Draft): Promise<Pick<Deployment, 'chain' | 'contract'>> => {
  const content = await readFile(join(draft.folder, DEPLOYMENT_FILE), 'utf8').catch(() => undefined)
  if (content === undefined) {
    const agreed = await agreedOf(draft)
    return { chain: agreed.chain, contract: addressOf(draft, agreed) }
  }
  try {
    const deployment = deploymentSchema.parse(JSON.parse(content)) as Deployment
    if (deployment.text === draft.outline.text) return deployment
  } catch (cause) {
    throw new CommandError(
      'DEED_BAD_FILE',
      `${DEPLOYMENT_FILE} is not what \`deed agreement deploy\` wrote. Delete it and deploy again: what is there stays there.`,
      { cause },
    )
  }
  throw new CommandError(
    'DEED_TEXT_CHANGED',
    `${DEPLOYMENT_FILE} is of another text: ${draft.shown} was changed after it was deployed. Restore the text, or delete the file and sign the new one.`,
  )
}
