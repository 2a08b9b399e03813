/** Whether signatures hold: for this text, code, terms, chain and address, now, and by the party that they name. */
import {
  type Address,
  type Hex,
  hashTypedData,
  isAddressEqual,
  type PublicClient,
  parseAbi,
  parseSignature,
  recoverAddress,
} from 'viem'
import { shownTime } from '../perform/stage.ts'
import { codeHash, type Draft } from './draft.ts'
import { type Found, type SignatureFile, termsInWords } from './signature-file.ts'
import type { Agreed } from './terms-file.ts'
import { addressOf, termsValues, typedDataOf } from './typed-data.ts'

interface SignatureFault {
  readonly code: `DEED_SIGNATURE_${string}`
  readonly party: string
  readonly message: string
}

export interface Valid {
  readonly party: string
  readonly account: Address
  readonly before: bigint
  readonly signature: Hex
  readonly file: string
}

export interface Verdict {
  readonly valid: readonly Valid[]
  readonly faults: readonly SignatureFault[]
}

/** How a signature of a wallet that is a contract is asked about; undefined where no chain is at hand. */
export type WalletCheck = (account: Address, digest: Hex, signature: Hex) => Promise<boolean | undefined>

/** Parties that sign, with the account that each has agreed on. */
export const signersOf = ({ outline }: Pick<Draft, 'outline'>, { filling }: Pick<Agreed, 'filling'>) =>
  outline.parties
    .filter(({ role }) => role === 'party')
    .map(({ name }) => ({ party: name, account: filling[name] as Address }))

/**
 * Holds the files against the deed. A party may have several; one that holds is enough.
 * @param clock seconds; a signature that counts no more at that time does not hold.
 */
export const verify = async (
  draft: Draft,
  agreed: Agreed,
  found: readonly Found[],
  clock: number,
  wallets: WalletCheck,
): Promise<Verdict> => {
  const valid: Valid[] = []
  const faults: SignatureFault[] = []
  for (const { party, account } of signersOf(draft, agreed)) {
    const own = found.filter(({ content }) => content?.party === party)
    const verdicts = []
    for (const { file, content } of own)
      verdicts.push(await verifyOne(draft, agreed, { file, content: content!, account, clock, wallets }))
    const good = verdicts.find((verdict) => 'account' in verdict)
    if (good && 'account' in good) valid.push(good)
    else if (verdicts.length > 0) faults.push(verdicts[0] as SignatureFault)
    else faults.push(missing(draft, party, found))
  }
  return { valid, faults }
}

interface Question {
  readonly file: string
  readonly content: SignatureFile
  readonly account: Address
  readonly clock: number
  readonly wallets: WalletCheck
}

const verifyOne = async (
  draft: Draft,
  agreed: Agreed,
  question: Question,
): Promise<Valid | SignatureFault> => {
  const { file, content, account, wallets } = question
  const { party } = content
  for (const { code, holds, message } of CHECKS) {
    const why = holds(draft, agreed, question) ? undefined : message(draft, agreed, question)
    if (why) return { code, party, message: `The signature of ${party} in ${file} ${why}` }
  }
  const before = BigInt(Date.parse(content.before) / 1000)
  const signature = content.signature as Hex
  const digest = digestOf(draft, agreed, account, before)
  const holds = (await wallets(account, digest, signature)) ?? (await isOfKey(account, digest, signature))
  if (holds) return { party, account, before, signature, file }
  return {
    code: 'DEED_SIGNATURE_WRONG',
    party,
    message: `The signature of ${party} in ${file} is not one of ${account} for this deed. Let ${party} sign again: deed agreement sign ${draft.shown} --as ${party}`,
  }
}

const digestOf = (draft: Draft, agreed: Agreed, party: Address, before: bigint): Hex => {
  const signing = { chain: agreed.chain, contract: addressOf(draft, agreed), party, before }
  return hashTypedData(typedDataOf(draft, termsValues(draft, agreed), signing) as never)
}

interface Check {
  readonly code: SignatureFault['code']
  readonly holds: (draft: Draft, agreed: Agreed, question: Question) => boolean
  /** Goes on after "The signature of Tenant in signatures/Tenant.json". */
  readonly message: (draft: Draft, agreed: Agreed, question: Question) => string
}

/** In the order in which one explains the next: another text has another code and address too. */
const CHECKS: readonly Check[] = [
  {
    code: 'DEED_SIGNATURE_TEXT',
    holds: ({ outline }, _, { content }) => content.text === outline.text,
    message: ({ outline, shown }, _, { content }) =>
      `is for another text, ${content.text}; this one is ${outline.text}. Compare the texts, then let ${content.party} sign again: deed agreement sign ${shown} --as ${content.party}`,
  },
  {
    code: 'DEED_SIGNATURE_CODE',
    holds: (draft, _, { content }) => content.code === codeHash(draft),
    message: (draft, _, { content }) =>
      `is for other code, ${content.code}; here the same text becomes ${codeHash(draft)}. All parties must use the same version of Deed`,
  },
  {
    code: 'DEED_SIGNATURE_TERMS',
    holds: (draft, agreed, { content }) => otherTerms(draft, agreed, content).length === 0,
    message: (draft, agreed, { content }) => {
      const terms = termsInWords(draft, agreed.filling)
      const said = otherTerms(draft, agreed, content).map(
        (name) =>
          `${name} is ${content.terms[name] ?? 'not there'} in it, and ${terms[name] ?? 'nothing'} in terms.json`,
      )
      return `is for other terms: ${said.join('; ')}. Agree on one, and sign that`
    },
  },
  {
    code: 'DEED_SIGNATURE_CHAIN',
    holds: (_, { chain }, { content }) => content.chain === chain,
    message: (_, { chain }, { content }) =>
      `is for chain ${content.chain}, and the deed for chain ${chain}. It counts there alone`,
  },
  {
    code: 'DEED_SIGNATURE_ADDRESS',
    holds: (draft, agreed, { content }) =>
      isAddressEqual(content.contract as Address, addressOf(draft, agreed)),
    message: (draft, agreed, { content }) =>
      `is for the deed at ${content.contract}, and this one will be at ${addressOf(draft, agreed)}: another of the same terms. Each is signed by itself`,
  },
  {
    code: 'DEED_SIGNATURE_PARTY',
    holds: (_, __, { content, account }) => isAddressEqual(content.signer as Address, account),
    message: (_, __, { content, account }) =>
      `is by ${content.signer}, and ${content.party} is ${account} in terms.json. Sign with the key of that account`,
  },
  {
    code: 'DEED_SIGNATURE_EXPIRED',
    holds: (_, __, { content, clock }) => Date.parse(content.before) / 1000 >= clock,
    message: ({ shown }, _, { content, clock }) =>
      `was good until ${shownTime(Date.parse(content.before) / 1000)}, and now it is ${shownTime(clock)}. Let ${content.party} sign again: deed agreement sign ${shown} --as ${content.party}`,
  },
]

const otherTerms = (draft: Draft, agreed: Agreed, { terms }: SignatureFile): string[] => {
  const ours = termsInWords(draft, agreed.filling)
  return [...new Set([...Object.keys(ours), ...Object.keys(terms)])].filter(
    (name) => ours[name] !== terms[name],
  )
}

const missing = ({ shown }: Draft, party: string, found: readonly Found[]): SignatureFault => {
  const strange = found.filter(({ content }) => !content).map(({ file }) => file)
  const hint =
    strange.length === 0 ? '' : ` (${strange.join(', ')} ${strange.length === 1 ? 'is' : 'are'} no signature)`
  return {
    code: 'DEED_SIGNATURE_MISSING',
    party,
    message: `${party} has not signed${hint}. Put the file of that signature into ${shown}/signatures, or sign: deed agreement sign ${shown} --as ${party}`,
  }
}

/** Half of the order of the curve: of the two forms that a signature can have, contracts take the lower. */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

const isOfKey = async (account: Address, digest: Hex, signature: Hex): Promise<boolean> => {
  if (signature.length !== 132 || !/(?:1b|1c)$/i.test(signature)) return false
  try {
    if (BigInt(parseSignature(signature).s) > HALF_ORDER) return false
    return isAddressEqual(await recoverAddress({ hash: digest, signature }), account)
  } catch {
    return false
  }
}

const walletAbi = parseAbi(['function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)'])
const VALID = '0x1626ba7e'

/** As OpenZeppelin's SignatureChecker does it in the contract: whoever has code is asked by ERC-1271. */
export const askWallet =
  (client: PublicClient): WalletCheck =>
  async (account, digest, signature) => {
    const code = await client.getCode({ address: account })
    if (code === undefined || code === '0x') return undefined
    const args = [digest, signature] as const
    const answer = await client
      .readContract({ abi: walletAbi, address: account, functionName: 'isValidSignature', args })
      .catch(() => undefined)
    return answer === VALID
  }
