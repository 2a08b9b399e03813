/** Linear forms and inequalities over numbered variables, with whole coefficients once they are constraints. */
import { add, gcd, multiply, negate, type Ratio, ratio, ZERO } from '../ratio.ts'

/** `Σ terms + constant` */
export interface Linear {
  readonly terms: ReadonlyMap<number, Ratio>
  readonly constant: Ratio
}

/** `Σ coefs * vars ≥ bound`: variables in rising order, coefficients without a common divisor. */
export interface Constraint {
  readonly vars: readonly number[]
  readonly coefs: readonly bigint[]
  readonly bound: bigint
  readonly key: string
}

export const constant = (value: Ratio): Linear => ({ terms: new Map(), constant: value })
export const variable = (name: number, factor: Ratio = ratio(1n)): Linear => ({
  terms: new Map([[name, factor]]),
  constant: ZERO,
})

export const isConstant = ({ terms }: Linear): boolean => terms.size === 0

export const plus = (a: Linear, b: Linear): Linear => {
  const terms = new Map(a.terms)
  for (const [name, factor] of b.terms) {
    const sum = add(terms.get(name) ?? ZERO, factor)
    if (sum.n === 0n) terms.delete(name)
    else terms.set(name, sum)
  }
  return { terms, constant: add(a.constant, b.constant) }
}

export const times = ({ terms, constant: own }: Linear, factor: Ratio): Linear =>
  factor.n === 0n
    ? constant(ZERO)
    : {
        terms: new Map([...terms].map(([name, each]) => [name, multiply(each, factor)])),
        constant: multiply(own, factor),
      }

export const minus = (a: Linear, b: Linear): Linear => plus(a, times(b, ratio(-1n)))

/** The least common denominator of its coefficients. */
export const denominatorOf = ({ terms, constant: own }: Linear): bigint => {
  let common = own.d
  for (const { d } of terms.values()) common = (common / gcd(common, d)) * d
  return common
}

export const keyOf = ({ terms, constant: own }: Linear): string =>
  `${[...terms]
    .sort(([a], [b]) => a - b)
    .map(([name, { n, d }]) => `${name}*${n}/${d}`)
    .join('+')}+${own.n}/${own.d}`

/**
 * `linear ≥ 0`, or `> 0` if it is strict. Over whole variables a bound is tightened to the next whole number.
 *
 * @returns undefined if that is always so; a constraint without variables can never be met.
 */
export const atLeastZero = (
  linear: Linear,
  isWhole: (name: number) => boolean,
  strict = false,
): Constraint | undefined => {
  const common = denominatorOf(linear)
  const sorted = [...linear.terms].sort(([a], [b]) => a - b)
  const vars = sorted.map(([name]) => name)
  const coefs = sorted.map(([, { n, d }]) => (n * common) / d)
  const own = (linear.constant.n * common) / linear.constant.d
  const whole = vars.every(isWhole)
  const bound = -own + (strict && whole ? 1n : 0n)
  if (vars.length === 0)
    return bound <= 0n && !(strict && own === 0n) ? undefined : { vars, coefs, bound: 1n, key: 'never' }
  return reduced(vars, coefs, bound, whole)
}

const reduced = (
  vars: readonly number[],
  coefs: readonly bigint[],
  bound: bigint,
  whole: boolean,
): Constraint => {
  let divisor = coefs.reduce((a, b) => gcd(a < 0n ? -a : a, b < 0n ? -b : b), 0n)
  if (divisor === 0n) divisor = 1n
  // Without whole variables the bound must come out even.
  const common = whole ? divisor : gcd(divisor, bound < 0n ? -bound : bound)
  const small = coefs.map((coef) => coef / common)
  const least = ceilDivide(bound, common)
  return {
    vars,
    coefs: small,
    bound: least,
    key: `${vars.map((name, i) => `${small[i]}*${name}`).join('+')}>=${least}`,
  }
}

const ceilDivide = (a: bigint, b: bigint): bigint => (a >= 0n ? (a + b - 1n) / b : -(-a / b))

export const toLinear = ({ vars, coefs, bound }: Constraint): Linear => ({
  terms: new Map(vars.map((name, i) => [name, ratio(coefs[i]!)])),
  constant: ratio(-bound),
})

/** A constraint in which variables are replaced by linear forms. */
export const substitute = (linear: Linear, replace: (name: number) => Linear | undefined): Linear => {
  let result = constant(linear.constant)
  for (const [name, factor] of linear.terms)
    result = plus(result, times(replace(name) ?? variable(name), factor))
  return result
}

/** `linear` solved for one of its variables, where `linear = 0`. */
export const solvedFor = (linear: Linear, name: number): Linear => {
  const factor = linear.terms.get(name)!
  const rest: Linear = {
    terms: new Map([...linear.terms].filter(([each]) => each !== name)),
    constant: linear.constant,
  }
  return times(rest, negate(ratio(factor.d, factor.n)))
}
