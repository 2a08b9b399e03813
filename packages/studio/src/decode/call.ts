/**
 * What a transaction does, as a sentence in parts: an act of a deed by its words, an ERC-20 call, a deployment,
 * a transfer, else the selector.
 */
import { deedAbi } from '@deed/agreement'
import { type Abi, type Address, decodeFunctionData, getContractAddress, type Hex, parseAbi } from 'viem'
import { ETHER, money } from '../format/money.ts'
import { clauseTitle, spaced, thirdPerson } from '../format/words.ts'
import { erc20Abi } from './abis.ts'
import type { Directory, KnownAct } from './directory.ts'
import { type LogBytes, readEvent } from './log.ts'
import { shown } from './shown.ts'

export type Part =
  | string
  | { readonly address: string }
  | { readonly money: string }
  | { readonly code: string }
  /** Said in passing: the clause of an act. */
  | { readonly aside: string }

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

/**
 * @param logs of its receipt, where known: they say what a call does not, such as the clauses performed.
 */
export const describe = (tx: Sent, known: Directory, logs: readonly LogBytes[] = []): Call => {
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
  if (act) return describeAct(tx, act, known, logs)
  const deed = known.deeds.has(target) ? decode(deedAbi, tx.input) : undefined
  const said = deed && DEED[deed.name]?.(from, deed.values, to, known, logs)
  if (deed && said)
    return {
      kind: 'deed',
      parts: [...said, ...elapsed(target, logs, known)],
      name: deed.name,
      args: deed.args,
    }
  const token = decode(erc20Abi, tx.input)
  const spoken = token && TOKEN[token.name]?.(from, token.values, amountOf(known, target, to))
  if (token && spoken) return { kind: 'token', parts: spoken, name: token.name, args: token.args }

  const selector = { code: tx.input.slice(0, 10) }
  return {
    kind: 'call',
    parts: [from, ' calls ', selector, ' of ', to, ...(paid.length ? [' with ', ...paid] : [])],
  }
}

type SpeakDeed = (
  from: Part,
  values: readonly unknown[],
  to: Part,
  known: Directory,
  logs: readonly LogBytes[],
) => Part[]

/** The functions that every deed has. */
const DEED: Record<string, SpeakDeed> = {
  sign: (from, [party], to) => {
    const signer = { address: String(party) }
    return (from as { address: string }).address.toLowerCase() === signer.address.toLowerCase()
      ? [signer, ' signs ', to]
      : [signer, ' signs ', to, ' (brought by ', from, ')']
  },
  perform: (from, _, to) => [from, ' performs what is due in ', to],
  performUpkeep: (from, _, to) => [from, ' performs what is due in ', to],
  withdraw: (from, [party, token], to, known, logs) => [
    from,
    ' sends ',
    { address: String(party) },
    ' ',
    ...withdrawn(String(token).toLowerCase(), logs, known),
    ' from ',
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
const describeAct = (tx: Sent, act: KnownAct, known: Directory, logs: readonly LogBytes[]): Call => {
  const from = { address: tx.from }
  const decoded = decode(parseAbi([act.signature]) as Abi, tx.input)
  const given = (name: string) => act.gives.findIndex((g) => g.name === name)
  const deed = known.deeds.get(tx.to!.toLowerCase())
  const parts: Part[] = [from, ` ${thirdPerson(act.verb)}`]
  if (act.pays) {
    const { token, amount, into } = act.pays
    const unit = deed?.tokens.find((t) => t.name === token)
    const units = decoded?.values[given(amount)] ?? received(tx, unit?.address, logs)
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
  parts.push({ aside: ` · ${act.clause}. ${spaced(act.clauseName)}` })
  return { kind: 'act', parts, name: act.function, ...(decoded && { args: decoded.args }) }
}

/** " · 3. Rent, 4. Late fee": the clauses whose time came in this transaction. */
const elapsed = (deed: string, logs: readonly LogBytes[], known: Directory): Part[] => {
  const outline = known.outlines.get(deed)
  const clauses = logs.flatMap((log) => {
    if (log.address.toLowerCase() !== deed) return []
    const read = readEvent(deedAbi, log)
    return read?.name === 'Elapsed' ? [Number(read.args.clause)] : []
  })
  const titles = [...new Set(clauses)].map((number) => clauseTitle(outline, number))
  return titles.length > 0 ? [{ aside: ` · ${titles.join(', ')}` }] : []
}

/** What left the deed; of a call that is not mined yet only the token is known. */
const withdrawn = (token: string, logs: readonly LogBytes[], known: Directory): Part[] => {
  const unit = known.tokens.get(token)
  for (const log of logs) {
    const read = readEvent(deedAbi, log)
    if (read?.name !== 'Withdrawn') continue
    return unit ? [{ money: money(read.args.amount as bigint, unit) }] : [`${read.args.amount} units`]
  }
  return [unit ? `its ${unit.symbol}` : 'its money']
}

/** What the deed took in: an act that pays "deposit" does not say the amount in its call. */
const received = (tx: Sent, token: string | undefined, logs: readonly LogBytes[]): bigint | undefined => {
  for (const log of logs) {
    if (log.address.toLowerCase() !== token) continue
    const read = readEvent(erc20Abi, log)
    const to = String(read?.args.to).toLowerCase()
    if (read?.name === 'Transfer' && to === tx.to?.toLowerCase()) return read.args.value as bigint
  }
  return undefined
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
