/** Changes a JSON value into one that is a little, or not at all, what was asked for. */
import type { Random } from './random.ts'

/** A copy with one to three changes somewhere in it. */
export const mutate = (value: unknown, random: Random): unknown => {
  let mutated = structuredClone(value)
  for (let times = 1 + random.below(3); times > 0; times--) mutated = change(mutated, random)
  return mutated
}

const change = (value: unknown, random: Random): unknown => {
  // Deeper at first, so that what stands within lists and objects has its share.
  if (Array.isArray(value) && value.length > 0 && !random.once(5)) return changeList(value, random)
  if (isRecord(value) && Object.keys(value).length > 0 && !random.once(6)) return changeRecord(value, random)
  if (typeof value === 'string' && !random.once(3)) return changeText(value, random)
  return nasty(random)
}

const changeList = (list: unknown[], random: Random): unknown[] => {
  const at = random.below(list.length)
  return random.weighed<() => unknown[]>([
    [10, () => list.with(at, change(list[at], random))],
    [2, () => list.toSpliced(at, 1)],
    [2, () => [...list, nasty(random)]],
    [1, () => [...list, ...list]],
    [1, () => list.toReversed()],
    [1, () => list.with(at, [list[at]])],
  ])()
}

const changeRecord = (fields: Record<string, unknown>, random: Random): Record<string, unknown> => {
  const name = random.pick(Object.keys(fields))
  const copy = { ...fields }
  random.weighed<() => void>([
    [10, () => define(copy, name, change(fields[name], random))],
    [3, () => void delete copy[name]],
    [2, () => define(copy, random.pick(KEYS), nasty(random))],
    [1, () => define(copy, changeText(name, random), fields[name])],
  ])()
  return copy
}

/** Also for `__proto__`, which an assignment would take for something else. */
const define = (fields: object, name: string, value: unknown): void => {
  Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true })
}

const changeText = (text: string, random: Random): string => {
  const at = random.below(text.length + 1)
  return random.weighed<() => string>([
    [3, () => text.slice(0, at)],
    [3, () => text.slice(0, at) + random.pick(DIGITS) + text.slice(at + 1)],
    [2, () => text.slice(0, at) + random.pick(DIGITS) + text.slice(at)],
    [2, () => text + text.replace(/^0x/, '')],
    [1, () => text.toUpperCase()],
    [1, () => text.replace(/^0x/, '')],
    [1, () => ` ${text}`],
    [1, () => `${text.slice(0, at)}\u0000${text.slice(at)}`],
    [1, () => `${text.slice(0, at)}\ud800${text.slice(at)}`],
    [1, () => text + random.pick(DIGITS).repeat(random.pick([1, 62, 128, 4_096, 100_000]))],
  ])()
}

/** A value that something may stumble over. */
export const nasty = (random: Random): unknown =>
  random.weighed<() => unknown>([
    [40, () => random.pick(ATOMS)],
    [10, () => `0x${random.pick(DIGITS).repeat(random.pick([1, 2, 40, 63, 64, 65, 66, 1_000]))}`],
    [4, () => random.below(2 ** 32)],
    [4, () => `0x${random.below(2 ** 32).toString(16)}`],
    [3, () => nested(random.pick([2, 10, 100, 500]), random)],
    [
      3,
      () =>
        Object.fromEntries(
          Array.from({ length: random.below(8) }, () => [random.pick(KEYS), random.pick(ATOMS)]),
        ),
    ],
    [2, () => Array.from({ length: random.pick([1, 5, 33, 1_001, 5_000]) }, () => random.pick(ATOMS))],
    [1, () => 'x'.repeat(random.pick([1_000, 100_000]))],
  ])()

const nested = (depth: number, random: Random): unknown => {
  const wrap: (inner: unknown) => unknown = random.pick([
    (inner: unknown) => [inner],
    (inner: unknown) => ({ a: inner }),
  ])
  let value: unknown = random.pick(ATOMS)
  for (let level = 0; level < depth; level++) value = wrap(value)
  return value
}

const DIGITS = [...'0123456789abcdefABCDEFgxXz-.']

const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  'then',
  'toJSON',
  'from',
  'to',
  'data',
  '',
  'ä',
  '0',
  '-1',
]

const ATOMS: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1,
  0.1,
  1e21,
  -1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 64,
  '',
  ' ',
  '0',
  '0x',
  '0X1',
  '0x0',
  '0x00',
  '0x01',
  '0x-1',
  '0xg',
  '-0x1',
  '1',
  '-1',
  '1e3',
  'latest',
  'pending',
  'earliest',
  'safe',
  'finalized',
  'LATEST',
  'undefined',
  'null',
  'NaN',
  'constructor',
  '__proto__',
  '0xffffffffffffffff',
  '0x10000000000000000',
  '0x20000000000000',
  `0x${'f'.repeat(64)}`,
  `0x1${'0'.repeat(64)}`,
  `0x${'0'.repeat(40)}`,
  `0x${'0'.repeat(64)}`,
  '\u0000',
  '\ud800',
  '💥',
  '%s%n',
  "'; DROP TABLE blocks; --",
  '../../etc/passwd',
  [],
  {},
  [[]],
  [{}],
  [null],
]

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
