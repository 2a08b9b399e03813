/** An ABI as what is looked up in it: functions and errors by selector, events by topic. */
import { keccak256 } from 'ox/Hash'
import type { AbiEntry } from '../../artifact.ts'
import type { Hex } from '../trace/raw-trace.ts'
import type { AbiParameter } from './value.ts'

export interface AbiFunction {
  readonly name: string
  /** `transfer(address,uint256)` */
  readonly signature: string
  readonly inputs: readonly AbiParameter[]
  readonly outputs: readonly AbiParameter[]
  readonly isPayable: boolean
}

export interface AbiEvent {
  readonly name: string
  readonly signature: string
  readonly inputs: readonly AbiParameter[]
}

export interface AbiBook {
  readonly functions: ReadonlyMap<Hex, AbiFunction>
  readonly errors: ReadonlyMap<Hex, AbiEvent>
  /** Several may have one topic: they differ in what is indexed. */
  readonly events: ReadonlyMap<Hex, readonly AbiEvent[]>
  readonly anonymous: readonly AbiEvent[]
  readonly constructorInputs: readonly AbiParameter[]
  readonly hasFallback: boolean
  readonly hasReceive: boolean
}

export const abiBook = (abi: readonly AbiEntry[]): AbiBook => {
  const known = BOOKS.get(abi)
  if (known) return known
  const functions = new Map<Hex, AbiFunction>()
  const errors = new Map<Hex, AbiEvent>()
  const events = new Map<Hex, AbiEvent[]>()
  const anonymous: AbiEvent[] = []
  let constructorInputs: readonly AbiParameter[] = []
  for (const entry of abi) {
    const inputs = (entry.inputs ?? []) as readonly AbiParameter[]
    const name = String(entry.name ?? '')
    const signature = signatureOf(name, inputs)
    if (entry.type === 'constructor') constructorInputs = inputs
    else if (entry.type === 'function') {
      const outputs = (entry.outputs ?? []) as readonly AbiParameter[]
      const isPayable = entry.stateMutability === 'payable' || entry.payable === true
      functions.set(hashOf(signature).slice(0, 10) as Hex, { name, signature, inputs, outputs, isPayable })
    } else if (entry.type === 'error')
      errors.set(hashOf(signature).slice(0, 10) as Hex, { name, signature, inputs })
    else if (entry.type === 'event' && entry.anonymous === true) anonymous.push({ name, signature, inputs })
    else if (entry.type === 'event') {
      const topic = hashOf(signature)
      events.set(topic, [...(events.get(topic) ?? []), { name, signature, inputs }])
    }
  }
  const has = (type: string) => abi.some((entry) => entry.type === type)
  const book = {
    functions,
    errors,
    events,
    anonymous,
    constructorInputs,
    hasFallback: has('fallback'),
    hasReceive: has('receive'),
  }
  BOOKS.set(abi, book)
  return book
}

const BOOKS = new WeakMap<readonly AbiEntry[], AbiBook>()

export const hashOf = (text: string): Hex => keccak256(Buffer.from(text, 'utf8'), { as: 'Hex' })

const signatureOf = (name: string, inputs: readonly AbiParameter[]): string =>
  `${name}(${inputs.map(canonicalType).join(',')})`

const canonicalType = ({ type, components }: AbiParameter): string =>
  type.startsWith('tuple') ? `(${(components ?? []).map(canonicalType).join(',')})${type.slice(5)}` : type
