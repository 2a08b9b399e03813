/** Amounts as people write them, `1,000.50 USDC`, and as tokens hold them. */
import { formatUnits, parseUnits } from 'viem'

export interface Money {
  /** In the token's smallest unit. */
  readonly amount: bigint
  /** The token's name in the text. */
  readonly token: string
}

const WRITTEN = /^(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)? ([A-Za-z][A-Za-z0-9-]*)$/

/**
 * @param decimals of the token of that name; undefined if the deed has no such token.
 * @returns undefined if the text is not an amount, or has more digits than the token.
 */
export const parseMoney = (
  text: string,
  decimals: (token: string) => number | undefined,
): Money | undefined => {
  const [, whole, fraction = '', token] = WRITTEN.exec(text) ?? []
  const digits = token === undefined ? undefined : decimals(token)
  if (digits === undefined || fraction.length > digits + 1) return undefined
  return { amount: parseUnits(`${whole!.replaceAll(',', '')}${fraction}`, digits), token: token! }
}

/** `1,000.00`: thousands separated, at least two decimals, no more than needed. */
export const formatMoney = (amount: bigint, decimals: number): string => {
  const [whole = '0', fraction = ''] = formatUnits(amount, decimals).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return decimals === 0 ? grouped : `${grouped}.${fraction.padEnd(Math.min(2, decimals), '0')}`
}
