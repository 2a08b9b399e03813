/** A signature as a file that parties can mail each other: what was signed, in words, and the signature itself. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Filling, wordsOf } from '@deed/agreement/language'
import { type Address, getAddress, type Hex } from 'viem'
import { z } from 'zod'
import { isoTime } from '../perform/instant.ts'
import { codeHash, type Draft } from './draft.ts'
import type { Agreed } from './terms-file.ts'
import { addressOf } from './typed-data.ts'

const FOLDER = 'signatures'
const MOST_BYTES = 65_536
const MOST_FILES = 100

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/)
const hash = z.string().regex(/^0x[0-9a-f]{64}$/)

const signatureSchema = z.strictObject({
  /** First line of the text. */
  deed: z.string(),
  /** Name of the party in the text. */
  party: z.string(),
  /** Whose signature it is: an account with a key, or a wallet that is a contract (ERC-1271). */
  signer: address,
  /** Id of the chain. */
  chain: z.int().positive(),
  /** Where the deed will be, or is. */
  contract: address,
  /** keccak256 of the text. */
  text: hash,
  /** keccak256 of the code that creates the contract. */
  code: hash,
  /** The agreed values in words; documents by their hash. */
  terms: z.record(z.string(), z.string()),
  /** Last second in which it counts. */
  before: z.iso.datetime(),
  signature: z.string().regex(/^0x(?:[0-9a-fA-F]{2})*$/),
})

export type SignatureFile = z.infer<typeof signatureSchema>

export interface Found {
  /** Name of the file. */
  readonly file: string
  /** Undefined if the file is something else. */
  readonly content?: SignatureFile
}

/** Files of signatures that lie beside the text, whatever they are called. */
export const readSignatures = async ({ folder }: Pick<Draft, 'folder'>): Promise<Found[]> => {
  const names = (await readdir(join(folder, FOLDER)).catch(() => []))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .slice(0, MOST_FILES)
  return Promise.all(
    names.map(async (name) => {
      const file = join(FOLDER, name)
      const content = await readFile(join(folder, file), 'utf8').catch(() => '')
      try {
        if (content.length > MOST_BYTES) return { file }
        return { file, content: signatureSchema.parse(JSON.parse(content)) }
      } catch {
        return { file }
      }
    }),
  )
}

/** @returns the file, relative to the deed's folder. */
export const writeSignature = async ({ folder }: Draft, content: SignatureFile): Promise<string> => {
  await mkdir(join(folder, FOLDER), { recursive: true })
  const file = join(FOLDER, `${content.party}.json`)
  await writeFile(join(folder, file), `${JSON.stringify(content, null, 2)}\n`)
  return file
}

export const signatureFile = (
  draft: Draft,
  agreed: Agreed,
  signed: { party: string; signer: Address; before: bigint; signature: Hex },
): SignatureFile => ({
  deed: draft.outline.title,
  party: signed.party,
  signer: getAddress(signed.signer),
  chain: agreed.chain,
  contract: addressOf(draft, agreed),
  text: draft.outline.text,
  code: codeHash(draft),
  terms: termsInWords(draft, agreed.filling),
  before: isoTime(Number(signed.before)),
  signature: signed.signature,
})

/** Exact, and the same for everybody: what two files are compared by. */
export const termsInWords = ({ outline, model }: Draft, filling: Filling): Record<string, string> =>
  Object.fromEntries(
    outline.terms.map(({ name, kind }) => {
      const words = wordsOf(model, name, filling[name]!)
      return [name, kind === 'address' ? getAddress(words as Address) : words]
    }),
  )
