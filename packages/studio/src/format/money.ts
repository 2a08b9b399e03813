/** `1,234.50`: thousands apart, at least two decimals where the token has them, and never a digit left out. */
export const decimal = (units: bigint, decimals: number): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',')
  const rest = digits
    .slice(digits.length - decimals)
    .replace(/0+$/, '')
    .padEnd(Math.min(2, decimals), '0')
  return `${units < 0n ? '-' : ''}${whole}${rest && `.${rest}`}`
}

export interface Unit {
  readonly symbol: string
  readonly decimals: number
}

export const ETHER: Unit = { symbol: 'ETH', decimals: 18 }
export const GWEI: Unit = { symbol: 'gwei', decimals: 9 }

/** `1,234.50 tUSDC`. */
export const money = (units: bigint | string, unit: Unit): string =>
  `${decimal(BigInt(units), unit.decimals)} ${unit.symbol}`
