/**
 * Keys of mappings that nobody saw being hashed. An optimizer works out the place of `votes[1]` beforehand, because the
 * key is a constant; and some nodes do not tell what was hashed. Such a key is small, or written in the source, or
 * somewhere in what was called; so each of those is tried.
 */
import { keccak256 } from 'ox/Hash'
import type { SourceFile } from '../source/source-file.ts'
import type { CallFrame, Hex } from '../trace/raw-trace.ts'
import { word } from './images.ts'
import { type Layout, type LayoutType, slotsOf } from './layout-type.ts'

/** Each costs 5 µs. */
const MAX_HASHES = 20_000
const MAX_LITERALS = 400
const MAX_WORDS = 200
const SMALL = 32n

/** Keys as they are hashed: words, and the bytes of texts; without `0x`. */
export interface Candidates {
  readonly words: readonly string[]
  readonly texts: readonly string[]
}

/** @returns what has to be hashed to come to some of the slots */
export const guessImages = (
  { variables, types }: Layout,
  slots: readonly bigint[],
  { words, texts }: Candidates,
): Hex[] => {
  let left = MAX_HASHES
  const hash = (bytes: Hex): bigint => {
    left--
    return BigInt(keccak256(bytes))
  }
  const isHit = (start: bigint, type: LayoutType): boolean =>
    slots.some((slot) => slot >= start && slot < start + slotsOf(type))
  const isListHit = (start: bigint): boolean =>
    slots.some((slot) => slot >= start && slot < start + MAX_LIST_SLOTS)

  /** Images by which a slot is found within the mapping at `at`. */
  const search = (at: bigint, { key, value }: LayoutType, depth: number): Hex[] => {
    const type = types.get(value!)
    if (!type) return []
    const found: Hex[] = []
    for (const candidate of /^t_(?:string|bytes)_/.test(key!) ? texts : words) {
      if (left <= 0) break
      const image: Hex = `0x${candidate}${word(at).slice(2)}`
      const start = hash(image)
      if (type.encoding === 'mapping') {
        const inner = depth < MAX_DEPTH ? search(start, type, depth + 1) : []
        if (inner.length > 0) found.push(image, ...inner)
        continue
      }
      const isList = type.encoding !== 'inplace'
      if (isHit(start, type) || (isList && isListHit(hash(word(start)))))
        found.push(image, ...(isList ? [word(start)] : []))
    }
    return found
  }

  const mappingsIn = (id: string, base: bigint): { at: bigint; type: LayoutType }[] => {
    const type = types.get(id)
    if (type?.encoding === 'mapping') return [{ at: base, type }]
    return (type?.members ?? []).flatMap((member) => mappingsIn(member.type, base + member.slot))
  }
  return variables
    .flatMap(({ type, slot }) => mappingsIn(type, slot))
    .flatMap(({ at, type }) => search(at, type, 1))
}

const MAX_LIST_SLOTS = 1_024n
const MAX_DEPTH = 2

export const candidatesFrom = (files: Iterable<SourceFile>, call: CallFrame): Candidates => {
  const words = new Set<string>()
  const texts = new Set<string>()
  const addNumber = (value: bigint) => words.add(BigInt.asUintN(256, value).toString(16).padStart(64, '0'))
  for (let value = -4n; value < SMALL; value++) addNumber(value)
  visitCalls(call, (bytes) => {
    if (words.size < MAX_WORDS) words.add(bytes)
  })
  for (const { bytes } of files)
    for (const [literal] of bytes.matchAll(LITERAL)) {
      if (words.size + texts.size > MAX_LITERALS + MAX_WORDS) break
      const text = /^(?:hex|unicode)?["'](.*)["']$/.exec(literal)?.[1]
      if (text === undefined) addLiteral(literal, words, addNumber)
      else {
        const hex = literal.startsWith('hex') ? text : Buffer.from(text, 'latin1').toString('hex')
        texts.add(hex)
        // Roles are named by the hash of a text; short texts are keys of fixed bytes too.
        words.add(keccak256(`0x${hex}`).slice(2))
        if (hex.length <= 64) words.add(hex.padEnd(64, '0'))
      }
    }
  return { words: [...words], texts: [...texts] }
}

const LITERAL =
  /\b0x[0-9a-fA-F]{1,64}\b|\b\d[\d_]*\b|(?:hex|unicode)?"[^"\n\\]*"|(?:hex|unicode)?'[^'\n\\]*'/g

const addLiteral = (literal: string, words: Set<string>, addNumber: (value: bigint) => void): void => {
  const value = BigInt(literal.replaceAll('_', ''))
  addNumber(value)
  addNumber(-value)
  // As fixed bytes it stands at the left.
  if (literal.startsWith('0x')) words.add(literal.slice(2).toLowerCase().padEnd(64, '0'))
}

/** Addresses and words of calldata. */
const visitCalls = (call: CallFrame, add: (word: string) => void): void => {
  for (const address of [call.from, call.to]) if (address) add(address.slice(2).padStart(64, '0'))
  for (let at = 10; at + 64 <= call.input.length && at < MAX_INPUT; at += 64)
    add(call.input.slice(at, at + 64))
  for (const inner of call.calls ?? []) visitCalls(inner, add)
}

const MAX_INPUT = 10 + 64 * 32
