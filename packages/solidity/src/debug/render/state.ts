/** What changed, and who is who, as lines of text. */
import type { AccountStorage, Explanation } from '../explain/explanation.ts'
import type { Hex } from '../trace/raw-trace.ts'
import { namer, PLAIN, type RenderOptions, type Style } from './render.ts'
import { checksummed, grouped, type NameOf, renderAddress, renderEther, renderValue } from './values.ts'

export const renderStorage = (
  { storage, contracts }: Explanation,
  { style = PLAIN }: RenderOptions = {},
): string[] => {
  const nameOf = namer(contracts)
  return storage.flatMap((account) => renderAccount(account, nameOf, style))
}

export const renderBalances = (
  { balances, contracts }: Explanation,
  { style = PLAIN }: RenderOptions = {},
): string[] => {
  const nameOf = namer(contracts)
  const rows = balances.map(({ address, before, after }) => {
    const change = BigInt(after) - BigInt(before)
    return {
      who: renderAddress(address, nameOf),
      change: `${change > 0n ? '+' : ''}${renderEther(String(change))}`,
      after: renderEther(after),
    }
  })
  const width = Math.max(0, ...rows.map(({ who }) => who.length))
  const column = Math.max(0, ...rows.map(({ change }) => change.length))
  return rows.map(
    ({ who, change, after }) =>
      `${who.padEnd(width)}  ${change.padStart(column)}  ${style('dim', `→ ${after}`)}`,
  )
}

/** Contracts that appear, with the file that each was compiled from. */
export const renderNames = ({ contracts }: Explanation, { style = PLAIN }: RenderOptions = {}): string[] => {
  const nameOf = namer(contracts)
  return (Object.entries(contracts) as [Hex, Explanation['contracts'][Hex]][]).flatMap(
    ([address, { source, proxyOf }]) => {
      if (!source) return []
      const behind = proxyOf ? `, a proxy of ${proxyOf}` : ''
      return [`${checksummed(address)}  ${nameOf(address)}  ${style('dim', source + behind)}`]
    },
  )
}

const renderAccount = (
  { address, changes, more }: AccountStorage,
  nameOf: NameOf,
  style: Style,
): string[] => {
  const name = nameOf(address)
  const head = name ? `${name} ${style('dim', checksummed(address))}` : checksummed(address)
  const paths = changes.map(({ variable }) => shownPath(variable, nameOf))
  const width = Math.min(MAX_COLUMN, Math.max(...paths.map(({ length }) => length)))
  const rows = changes.map(({ before, after }, at) => {
    const [old, now] = [renderValue(before, nameOf), renderValue(after, nameOf)]
    return `  ${paths[at]!.padEnd(width)}  ${style('dim', `${old} →`)} ${now}`
  })
  return [head, ...rows, ...(more ? [`  … ${grouped(more)} more`] : [])]
}

const MAX_COLUMN = 80

/** Keys that are accounts get their names. */
const shownPath = (variable: string, nameOf: NameOf): string =>
  variable.replace(/\[(0x[0-9a-f]{40})\]/g, (_, address: Hex) => `[${renderAddress(address, nameOf)}]`)
