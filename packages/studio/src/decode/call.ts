/**
 * What a transaction does, as a sentence in parts: an act of a deed by its words, an ERC-20 call, a deployment,
 * a transfer, else the selector.
 */
import { deedAbi } from '@deed/agreement'
import { type Abi, type Address, decodeFunctionData, getContractAddress, type Hex, parseAbi } from 'viem'
import { ETHER, money } from '../format/money.ts'
import { spaced, thirdPerson } from '../format/words.ts'
import { erc20Abi } from './abis.ts'
import { type Directory, type KnownAct, nameOf } from './directory.ts'

export type Part =
  | string
  | { readonly address: string }
  | { readonly money: string }
  | { readonly code: string }

export interface Sent {
  readonly hash: Hex
  readonly from: Address
  readonly to: Address | null
  readonly input: Hex
  readonly value: bigint
  readonly nonce: number
}

export interface Call {
  readonly kind: 'act' | 'deed' | 'token' | 'deploy' | 'transfer' | 'call'
  readonly parts: readonly Part[]
  /** Function and arguments where they are known. */
  readonly name?: string
  readonly args?: readonly { readonly name: string; readonly value: string }[]
}

export const describe = (tx: Sent, known: Directory): Call => {
  const from = { address: tx.from }
  if (tx.to === null) {
    const address = getContractAddress({ from: tx.from, nonce: BigInt(tx.nonce) }).toLowerCase()
    const deed = known.deeds.has(address)
    return { kind: 'deploy', parts: [from, deed ? ' deploys the deed ' : ' deploys ', { address }] }
  }
  const to = { address: tx.to }
  const paid = tx.value > 0n ? [{ money: money(tx.value, ETHER) }] : []
  if (tx.input === '0x') {
    const parts = paid.length > 0 ? [from, ' sends ', ...paid, ' to ', to] : [from, ' sends nothing to ', to]
    return { kind: 'transfer', parts }
  }

  const target = tx.to.toLowerCase()
  const act = known.acts.get(target)?.get(tx.input.slice(0, 10) as Hex)
  if (act) return describeAct(tx, act, known)
  const deed = known.deeds.has(target) ? decode(deedAbi, tx.input) : undefined
  const said = deed && DEED[deed.name]?.(from, deed.values, to, known)
  if (deed && said) return { kind: 'deed', parts: said, name: deed.name, args: deed.args }
  const token = decode(erc20Abi, tx.input)
  const spoken = token && TOKEN[token.name]?.(from, token.values, amountOf(known, target, to))
  if (token && spoken) return { kind: 'token', parts: spoken, name: token.name, args: token.args }

  const selector = { code: tx.input.slice(0, 10) }
  return {
    kind: 'call',
    parts: [from, ' calls ', selector, ' of ', to, ...(paid.length ? [' with ', ...paid] : [])],
  }
}

/** The functions that every deed has. */
const DEED: Record<string, (from: Part, values: readonly unknown[], to: Part, known: Directory) => Part[]> = {
  sign: (from, [party], to) => {
    const signer = { address: String(party) }
    return (from as { address: string }).address.toLowerCase() === signer.address.toLowerCase()
      ? [signer, ' signs ', to]
      : [signer, ' signs ', to, ' (brought by ', from, ')']
  },
  perform: (from, _, to) => [from, ' performs what is due in ', to],
  performUpkeep: (from, _, to) => [from, ' performs what is due in ', to],
  withdraw: (from, [party, token], to, known) => [
    from,
    ' sends ',
    { address: String(party) },
    ` its ${known.tokens.get(String(token).toLowerCase())?.symbol ?? 'money'} from `,
    to,
  ],
}

/** ERC-20; `amount` writes a number of the token's units. */
const TOKEN: Record<
  string,
  (from: Part, values: readonly unknown[], amount: (units: unknown) => Part[]) => Part[]
> = {
  transfer: (from, [to, value], amount) => [
    from,
    ' sends ',
    ...amount(value),
    ' to ',
    { address: String(to) },
  ],
  transferFrom: (from, [owner, to, value], amount) => [
    from,
    ' moves ',
    ...amount(value),
    ' of ',
    { address: String(owner) },
    ' to ',
    { address: String(to) },
  ],
  approve: (from, [spender, value], amount) => [
    from,
    ' allows ',
    { address: String(spender) },
    ' to take ',
    ...(BigInt(value as bigint) >= 2n ** 255n ? ['any amount'] : ['up to ', ...amount(value)]),
  ],
  permit: (_, [owner, spender, value], amount) => [
    { address: String(owner) },
    ' allows ',
    { address: String(spender) },
    ' to take up to ',
    ...amount(value),
  ],
  mint: (from, [to, value], amount) => [from, ' mints ', ...amount(value), ' for ', { address: String(to) }],
}

const amountOf =
  (known: Directory, target: string, to: Part) =>
  (units: unknown): Part[] => {
    const unit = known.tokens.get(target)
    return unit ? [{ money: money(units as bigint, unit) }] : [{ money: String(units) }, ' units of ', to]
  }

/** "Tenant pays 1,000.00 USDC towards arrears"; with no amount in the call, "Tenant pays deposit into security". */
const describeAct = (tx: Sent, act: KnownAct, known: Directory): Call => {
  const from = { address: tx.from }
  const decoded = decode(parseAbi([act.signature]) as Abi, tx.input)
  const given = (name: string) => act.gives.findIndex((g) => g.name === name)
  const deed = known.deeds.get(tx.to!.toLowerCase())
  const parts: Part[] = [from, ` ${thirdPerson(act.verb)}`]
  if (act.pays) {
    const { token, amount, into } = act.pays
    const unit = deed?.tokens.find((t) => t.name === token)
    const units = decoded?.values[given(amount)]
    const towards = act.sentence.includes(` into ${into}`) ? 'into' : 'towards'
    parts.push(' ')
    parts.push(
      unit && units !== undefined
        ? { money: money(units as bigint, { symbol: unit.name, decimals: unit.decimals }) }
        : spaced(amount),
      ` ${towards} ${spaced(into)}`,
    )
  } else {
    const amounts = act.gives.flatMap(({ name, kind }, index): Part[] => {
      const unit = deed?.tokens[0]
      if (kind !== 'amount' || !decoded || !unit) return []
      const units = decoded.values[index] as bigint
      return [` ${spaced(name)} of `, { money: money(units, { symbol: unit.name, decimals: unit.decimals }) }]
    })
    parts.push(...amounts)
  }
  parts.push(` · ${act.clause}. ${spaced(act.clauseName)}`)
  return { kind: 'act', parts, name: act.function, ...(decoded && { args: decoded.args }) }
}

interface Decoded {
  readonly name: string
  readonly values: readonly unknown[]
  readonly args: readonly { readonly name: string; readonly value: string }[]
}

/** Undefined where the input is no call of the interface: a selector may mean something else elsewhere. */
const decode = (abi: Abi, data: Hex): Decoded | undefined => {
  try {
    const { functionName, args = [] } = decodeFunctionData({ abi, data })
    const item = abi.find((entry) => entry.type === 'function' && entry.name === functionName)
    const inputs = item && 'inputs' in item ? item.inputs : []
    const values = args as readonly unknown[]
    return {
      name: functionName,
      values,
      args: values.map((value, index) => ({ name: inputs[index]?.name || `${index}`, value: shown(value) })),
    }
  } catch {
    return undefined
  }
}

/** A decoded value as text; structs and lists as JSON with whole numbers as they are. */
export const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? item.toString() : item))
    : String(value)

/** The sentence as plain text, for titles and screen readers. */
export const sentence = (parts: readonly Part[], known: Directory, short: (hex: string) => string): string =>
  parts
    .map((part) => {
      if (typeof part === 'string') return part
      if ('money' in part) return part.money
      return 'code' in part ? part.code : (nameOf(known, part.address) ?? short(part.address))
    })
    .join('')
