/** The agreements that ship with Deed, as texts. */
import { readFileSync } from 'node:fs'

export const NAMES = ['lease', 'escrow', 'credit', 'cover', 'shipment', 'loan', 'service', 'consent'] as const
export type DeedName = (typeof NAMES)[number]

export const readDeed = (name: DeedName): string =>
  readFileSync(new URL(`../../../examples/${name}/${name}.deed`, import.meta.url), 'utf8')

/** Changes the one place where `from` stands. */
export const edit = (text: string, from: string, to: string): string => {
  const at = text.indexOf(from)
  if (at < 0 || text.indexOf(from, at + 1) >= 0) throw new Error(`"${from}" must stand in the deed once`)
  return text.slice(0, at) + to + text.slice(at + from.length)
}
