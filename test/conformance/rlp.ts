import { readFileSync } from 'node:fs'
import { bytesToHex, hexToBytes } from '../../packages/chain/src/hex.ts'
import { decodeRlp, encodeRlp, RlpError, type RlpInput, type RlpItem } from '../../packages/chain/src/rlp.ts'
import { type CaseResult, check, differ, isWanted, type RunOptions } from './case.ts'

/** `in` is what `out` encodes, or says that it is (in)valid only. */
type Vectors = Record<string, { in: Value; out: string }>

/** Text in Latin-1, a number, `#` and a decimal number beyond JavaScript's, or a list. */
type Value = string | number | Value[]

export function* run(file: string, options: RunOptions): Iterable<CaseResult> {
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors
  for (const [id, vector] of Object.entries(vectors)) {
    if (isWanted(id, options)) yield check(id, () => compare(vector))
  }
}

const compare = ({ in: value, out }: Vectors[string]): string | undefined => {
  const encoded = hexToBytes((out.startsWith('0x') ? out : `0x${out}`).toLowerCase())
  if (value === 'INVALID') return differ('decoding', 'a refusal', decodeOrRefuse(encoded))
  if (value === 'VALID')
    return differ('encoded again', bytesToHex(encoded), bytesToHex(encodeRlp(decodeRlp(encoded))))
  return (
    differ('encoded', bytesToHex(encoded), bytesToHex(encodeRlp(toInput(value)))) ??
    differ('decoded', show(toItem(value)), show(decodeRlp(encoded)))
  )
}

const decodeOrRefuse = (encoded: Uint8Array): string => {
  try {
    return show(decodeRlp(encoded))
  } catch (error) {
    if (error instanceof RlpError) return 'a refusal'
    throw error
  }
}

const toInput = (value: Value): RlpInput => {
  if (typeof value === 'number') return BigInt(value)
  if (typeof value === 'string') return value.startsWith('#') ? BigInt(value.slice(1)) : latin1(value)
  return value.map(toInput)
}

/** As decoded: numbers are bytes, worked out here without the code under test. */
const toItem = (value: Value): RlpItem => {
  if (Array.isArray(value)) return value.map(toItem)
  if (typeof value === 'string' && !value.startsWith('#')) return latin1(value)
  const bytes: number[] = []
  for (let rest = BigInt(typeof value === 'string' ? value.slice(1) : value); rest > 0n; rest >>= 8n) {
    bytes.unshift(Number(rest & 0xffn))
  }
  return Uint8Array.from(bytes)
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

const show = (item: RlpItem): string =>
  item instanceof Uint8Array ? bytesToHex(item) : `[${item.map(show).join(',')}]`
