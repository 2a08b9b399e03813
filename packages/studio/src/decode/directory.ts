/**
 * Who is who: names for addresses, and what can be called at them. Made from what the platform knows of the
 * deeds; without the platform it is empty and everything is shown by address.
 */
import type { Act, Kind, Outline } from '@deed/agreement'
import type { Deed, DeedSummary, KeeperStatus } from '@deed/platform'
import { type Address, type Hex, toFunctionSelector } from 'viem'
import type { Unit } from '../format/money.ts'

export interface Directory {
  /** A person's word for an address: a party's name, a deed's title, "Keeper". */
  readonly names: ReadonlyMap<string, string>
  readonly deeds: ReadonlyMap<string, DeedSummary>
  readonly tokens: ReadonlyMap<string, Unit>
  /** Of the deeds whose outline was asked for. */
  readonly outlines: ReadonlyMap<string, Outline>
  /** Acts of these deeds by selector. */
  readonly acts: ReadonlyMap<string, ReadonlyMap<Hex, KnownAct>>
}

export interface KnownAct extends Act {
  readonly clause: number
  readonly clauseName: string
  /** `function paymentPay(uint128 amount)`, for viem. */
  readonly signature: string
}

/** How the language stores a kind of value, and so how an act takes it. */
const SOLIDITY: Record<Kind, string> = {
  address: 'address',
  amount: 'uint128',
  number: 'int128',
  share: 'uint64',
  date: 'uint32',
  duration: 'uint32',
  document: '(bytes32 hash, string uri)',
  truth: 'bool',
  choice: 'uint8',
}

export const actsOf = (outline: Outline): Map<Hex, KnownAct> =>
  new Map(
    outline.clauses.flatMap(({ number, name, acts }) =>
      acts.map((act): [Hex, KnownAct] => {
        const takes = act.gives.map((given) => `${SOLIDITY[given.kind]} ${given.name.replaceAll('-', '_')}`)
        const signature = `function ${act.function}(${takes.join(', ')})`
        return [toFunctionSelector(signature), { ...act, clause: number, clauseName: name, signature }]
      }),
    ),
  )

export const directory = (
  deeds: readonly DeedSummary[],
  details: readonly Deed[],
  keeper: KeeperStatus | undefined,
): Directory => {
  const outlines = details.flatMap(({ address, outline }) => (outline ? [[address, outline] as const] : []))
  const names = new Map<string, string>()
  const tokens = new Map<string, Unit>()
  // Oldest last, so that of two deeds with the same account the newest names it.
  for (const deed of deeds.toReversed()) {
    for (const { address, name } of deed.parties) if (name) names.set(address, name)
    for (const { address, name, decimals } of deed.tokens) tokens.set(address, { symbol: name, decimals })
  }
  for (const [address, title] of titles(deeds)) names.set(address, title)
  if (keeper?.address) names.set(keeper.address, 'Keeper')
  return {
    names,
    tokens,
    deeds: new Map(deeds.map((deed) => [deed.address, deed])),
    outlines: new Map(outlines),
    acts: new Map(outlines.map(([address, outline]) => [address, actsOf(outline)])),
  }
}

/** The title of each deed by address. Deeds with one text are told apart by a number, the oldest being 1. */
const titles = (deeds: readonly DeedSummary[]): Map<string, string> => {
  const counts = new Map<string, number>()
  const named = new Map<string, string>()
  for (const { address, title = 'Unknown deed' } of deeds.toReversed()) {
    const count = (counts.get(title) ?? 0) + 1
    counts.set(title, count)
    named.set(address, `${title} ${count}`)
  }
  for (const { address, title = 'Unknown deed' } of deeds)
    if (counts.get(title) === 1) named.set(address, title)
  return named
}

export const nameOf = ({ names }: Directory, address: Address | string): string | undefined =>
  names.get(address.toLowerCase())
