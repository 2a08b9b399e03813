/** Values as a person reads them. */
import type { Kind, Outline } from '@deed/agreement'
import { formatUnits } from 'viem'

/** `1,000.00 USDC`: thousands apart, at least two decimals where the token has them, no digit lost. */
export const shownAmount = (amount: bigint, decimals: number, token: string): string => {
  const [whole, fraction = ''] = formatUnits(amount, decimals).split('.')
  const digits = fraction.padEnd(Math.min(2, decimals), '0')
  return `${thousands(whole!)}${digits && `.${digits}`} ${token}`
}

/** `2027-03-01` of a count of days since 1970. */
const shownDate = (days: number): string => new Date(days * 86_400_000).toISOString().slice(0, 10)

/** `2027-03-01 00:00:00 UTC` of seconds since 1970. */
export const shownInstant = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** Shares are parts of 10^9: `5%`. */
const shownShare = (share: bigint): string => `${formatUnits(share, 7)}%`

const thousands = (digits: string) => digits.replace(/\B(?=(\d{3})+$)/g, ',')

/** The value of a getter; what the contract has never been told shows as a dash. */
export const shownValue = (
  kind: Kind,
  value: unknown,
  token: Outline['tokens'][number] | undefined,
): string => {
  switch (kind) {
    case 'amount':
      return token ? shownAmount(value as bigint, token.decimals, token.name) : String(value)
    case 'date':
      return Number(value) === 0 ? '–' : shownDate(Number(value))
    case 'duration':
      return Number(value) === 1 ? '1 day' : `${value} days`
    case 'share':
      return shownShare(BigInt(value as bigint))
    case 'truth':
      return value ? 'yes' : 'no'
    case 'document':
      return /^0x0*$/.test(String(value)) ? '–' : String(value)
    case 'number':
    case 'choice':
    case 'address':
      return typeof value === 'bigint' ? thousands(String(value)) : String(value)
  }
}
