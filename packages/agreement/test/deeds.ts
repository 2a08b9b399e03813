/** The agreements that ship with Deed, as texts. */
import { readFileSync } from 'node:fs'

export const NAMES = ['lease', 'escrow', 'credit', 'cover', 'shipment', 'loan', 'service', 'consent'] as const
export type DeedName = (typeof NAMES)[number]

export const readDeed = (name: DeedName): string =>
  readFileSync(new URL(`../../../examples/${name}/${name}.deed`, import.meta.url), 'utf8')
