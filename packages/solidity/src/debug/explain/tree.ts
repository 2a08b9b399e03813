/** The tree of calls and events with decoded names and values, bounded: what is left out is counted. */
import type { AbiBook, AbiEvent, AbiFunction } from '../decode/abi-book.ts'
import { knownAbis } from '../decode/known-abis.ts'
import { CONSOLE, consoleFunction, precompileAt } from '../decode/known-addresses.ts'
import {
  type AbiParameter,
  cut,
  decodeValues,
  type EnumMembers,
  type ShownValue,
  showValue,
} from '../decode/value.ts'
import { lineOf } from '../source/code-frame.ts'
import type { FrameLog, Hex } from '../trace/raw-trace.ts'
import type { ExplainedCall, ExplainedEvent, ExplainedItem } from './explanation.ts'
import { judge } from './failures.ts'
import { bookOf, type Frame, membersOf } from './frames.ts'
import { callPlace } from './walks.ts'

export interface TreeBounds {
  readonly maxCalls: number
  readonly maxEvents: number
}

/** Calls nearest to the root come first, and all that failed on the way to a failure that ended everything. */
export const explainTree = (root: Frame, { maxCalls, maxEvents }: TreeBounds): ExplainedCall => {
  const shown = chooseFrames(root, maxCalls)
  let events = maxEvents
  const explain = (frame: Frame): ExplainedCall => {
    const items: ExplainedItem[] = []
    const logs = frame.call.logs ?? []
    let log = 0
    let left = { calls: 0, events: 0 }
    const flush = () => {
      if (left.calls + left.events > 0) items.push({ is: 'more', ...left })
      left = { calls: 0, events: 0 }
    }
    const emit = (before: number) => {
      for (; log < logs.length && Number(logs[log]!.position ?? 0) <= before; log++) {
        if (events-- > 0) {
          flush()
          items.push({ is: 'event', ...explainEvent(logs[log]!, frame) })
        } else left.events++
      }
    }
    frame.children.forEach((child, at) => {
      emit(at)
      if (shown.has(child)) {
        flush()
        items.push({ is: 'call', ...explain(child) })
      } else {
        const { calls, events: hidden } = countBelow(child)
        left = { calls: left.calls + calls, events: left.events + hidden }
      }
    })
    emit(Number.MAX_SAFE_INTEGER)
    flush()
    return { ...explainCall(frame), items }
  }
  return explain(root)
}

const chooseFrames = (root: Frame, maxCalls: number): ReadonlySet<Frame> => {
  const shown = new Set<Frame>([root])
  for (let at: Frame | undefined = root; at?.isFailed; at = at.children.at(-1)) shown.add(at)
  const queue: Frame[] = [root]
  for (let at = 0; at < queue.length && shown.size < maxCalls; at++)
    for (const child of queue[at]!.children) {
      if (shown.size >= maxCalls) break
      shown.add(child)
      queue.push(child)
    }
  return shown
}

const countBelow = (frame: Frame): { calls: number; events: number } => {
  let calls = 0
  let events = 0
  const open = [frame]
  for (let one = open.pop(); one; one = open.pop()) {
    calls++
    events += one.call.logs?.length ?? 0
    open.push(...one.children)
  }
  return { calls, events }
}

const explainCall = (frame: Frame): Omit<ExplainedCall, 'items'> => {
  const { call, contract } = frame
  const { type, from, to, value, gas, gasUsed, output = '0x' } = call
  const precompile = to && !frame.isCreation ? precompileAt(to) : undefined
  const at = callPlace(frame)
  return {
    kind: type,
    from,
    ...(to && { to }),
    ...(contract && { contract: contract.name }),
    ...(type !== 'SELFDESTRUCT' && (precompile ? explainPrecompile(frame, precompile) : explainInput(frame))),
    ...(isMistaken(frame) && { hasNoCode: true as const }),
    value: BigInt(value ?? 0).toString(),
    gas: Number(gas),
    gasUsed: Number(gasUsed),
    ...(!precompile && frame.isFailed === false && explainOutput(frame, output)),
    ...(frame.isFailed && explainError(frame)),
    ...(at && { at: lineOf(at) }),
  }
}

/** A call that was meant for a contract succeeds where there is none. */
const isMistaken = ({ call, hasCode, isFailed }: Frame): boolean => {
  const { type, to, input } = call
  return (
    hasCode === false &&
    !isFailed &&
    type !== 'SELFDESTRUCT' &&
    input !== '0x' &&
    to !== CONSOLE &&
    !precompileAt(to!)
  )
}

/** A failure that was handed on is shown where it began. */
const explainError = (frame: Frame): Pick<ExplainedCall, 'error' | 'failedAt'> => {
  const { reason, point, isHandedOn } = judge(frame)
  return { error: reason, ...(point && !isHandedOn && { failedAt: lineOf(point.place) }) }
}

const explainPrecompile = (
  { call, isFailed }: Frame,
  { name, inputs, outputs }: NonNullable<ReturnType<typeof precompileAt>>,
): Partial<ExplainedCall> => {
  const args = inputs && decodeValues(inputs, padded(call.input, inputs.length), NO_MEMBERS)
  const { output = '0x' } = call
  const returns =
    outputs && output !== '0x' && !isFailed ? decodeValues(outputs, output, NO_MEMBERS) : undefined
  return {
    function: name,
    ...(args ? { args } : { input: cut(call.input).value }),
    ...(returns ? { returns } : output !== '0x' && !isFailed && { output: cut(output).value }),
  }
}

/** Precompiles take what is missing for zero. */
const padded = (input: Hex, words: number): Hex =>
  input.slice(0, 2 + 64 * words).padEnd(2 + 64 * words, '0') as Hex

const NO_MEMBERS: EnumMembers = () => undefined

const explainInput = (frame: Frame): Partial<ExplainedCall> => {
  const { call, contract } = frame
  const { input } = call
  const members = membersOf(contract)
  if (frame.isCreation) {
    if (!contract) return { function: 'constructor', input: cut(input).value }
    const args = decodeValues(
      normal(bookOf(frame)!.constructorInputs),
      `0x${input.slice(contract.creation.object.length)}`,
      members,
    )
    return { function: 'constructor', ...(args && { args }) }
  }
  const known = functionOf(frame)
  const args = known && decodeValues(normal(known.inputs), `0x${input.slice(10)}`, members)
  if (known && args) return { function: known.name, signature: known.signature, args }
  if (known) return { function: known.name, signature: known.signature, input: cut(input).value }
  const book = bookOf(frame)
  if (book && input === '0x' && book.hasReceive) return { function: 'receive' }
  if (book?.hasFallback) return { function: 'fallback', ...(input !== '0x' && { input: cut(input).value }) }
  return input === '0x' ? {} : { input: cut(input).value }
}

/** By the contract's own ABI, else by that of the one it hands the call on to, else one known by heart. */
const functionOf = (frame: Frame): AbiFunction | undefined => {
  const { input, to } = frame.call
  if (input.length < 10) return undefined
  const selector = input.slice(0, 10) as Hex
  if (to === CONSOLE) return consoleFunction(selector)
  const own = bookOf(frame)?.functions.get(selector)
  if (own) return own
  const handed = implementationOf(frame)
  return (
    (handed && bookOf(handed)?.functions.get(selector)) ??
    (frame.contract ? undefined : knownAbis().functions.get(selector))
  )
}

/** The frame that runs a proxy's call with another's code. */
export const implementationOf = ({ children, call }: Frame): Frame | undefined =>
  children.find((child) => child.call.type === 'DELEGATECALL' && child.call.input === call.input)

/** Parameters of external library functions have types of Solidity: a reference to storage is a slot. */
const normal = (parameters: readonly AbiParameter[]): readonly AbiParameter[] => {
  if (parameters.every(({ type }) => !/[ .]/.test(type))) return parameters
  return parameters.map((parameter) => {
    const { type, internalType = type } = parameter
    if (/ storage\b/.test(type))
      return { ...parameter, type: 'uint256', internalType: `${internalType} (slot)` }
    if (!/\./.test(type)) return parameter
    return { ...parameter, type: internalType.startsWith('enum ') ? 'uint8' : 'address' }
  })
}

const explainOutput = (frame: Frame, output: Hex): Partial<ExplainedCall> => {
  if (frame.isCreation || output === '0x') return {}
  const known = functionOf(frame)
  if (known?.outputs.length === 0) return {}
  const returns = known && decodeValues(normal(known.outputs), output, membersOf(frame.contract))
  return returns ? { returns } : { output: cut(output).value }
}

const explainEvent = ({ address, topics, data }: FrameLog, frame: Frame): ExplainedEvent => {
  const { contract } = frame
  const books: AbiBook[] = [bookOf(frame), knownAbis()].filter((book) => book !== undefined)
  for (const { events, anonymous } of books) {
    const candidates = [
      ...(topics[0] ? (events.get(topics[0]) ?? []).map((one) => [one, 1] as const) : []),
      ...anonymous.map((one) => [one, 0] as const),
    ]
    for (const [event, skipped] of candidates) {
      const args = decodeEvent(event, topics.slice(skipped), data, membersOf(contract))
      if (args) return { address, ...(contract && { contract: contract.name }), name: event.name, args }
    }
  }
  return { address, ...(contract && { contract: contract.name }), topics, data: cut(data).value }
}

const decodeEvent = (
  { inputs }: AbiEvent,
  topics: readonly Hex[],
  data: Hex,
  members: EnumMembers,
): ShownValue[] | undefined => {
  const indexed = inputs.filter((input) => input.indexed)
  if (indexed.length !== topics.length) return undefined
  const rest = inputs.filter((input) => !input.indexed)
  const values = decodeValues(normal(rest), data, members)
  if (!values) return undefined
  let topic = 0
  let value = 0
  const shown: ShownValue[] = []
  for (const input of inputs) {
    const next = input.indexed ? decodeTopic(input, topics[topic++]!, members) : values[value++]
    if (!next) return undefined
    shown.push(next)
  }
  return shown
}

/** Of what is longer than a word, the topic holds the hash. */
const decodeTopic = (input: AbiParameter, topic: Hex, members: EnumMembers): ShownValue | undefined =>
  /^(?:string|bytes|tuple)$|\]$/.test(input.type)
    ? showValue({ ...input, type: 'bytes32', internalType: `${input.type} (hash)` }, topic, members)
    : decodeValues(normal([input]), topic, members)?.[0]
