/**
 * What is declared in a source and where: contracts, functions, modifiers, enums and named types.
 *
 * Compilers can say so by an AST, which artifacts seldom hold, because it is larger than all the rest. All
 * that is asked for here can be seen from brackets and reserved words, so every tool's artifacts do. Positions are bytes, as in source maps.
 */
import type { SourceFile } from './source-file.ts'

export interface Outline {
  /** Functions and modifiers in the order in which they begin. None lies in another. */
  readonly functions: readonly FunctionRange[]
  readonly contracts: readonly ContractRange[]
  /** Members by the enum's name, with the contract's before a dot where it is declared in one. */
  readonly enums: ReadonlyMap<string, readonly string[]>
  /** The type that a user-defined value type stands for. */
  readonly valueTypes: ReadonlyMap<string, string>
}

export interface FunctionRange {
  readonly kind: 'function' | 'modifier' | 'constructor' | 'receive' | 'fallback'
  /** `transfer`; `constructor`, `receive` and `fallback` are called so. */
  readonly name: string
  /** Of the contract or library; undefined for a free function. */
  readonly contract: string | undefined
  readonly start: number
  /** First byte of the body; the end for a function without one. */
  readonly body: number
  readonly end: number
}

/** A function where it is written. */
export interface WrittenFunction {
  readonly file: SourceFile
  readonly function: FunctionRange
}

interface ContractRange {
  readonly kind: 'contract' | 'interface' | 'library'
  readonly name: string
  readonly start: number
  readonly end: number
}

export const outlineOf = (file: SourceFile): Outline => {
  const outline = OUTLINES.get(file) ?? scan(file.bytes)
  OUTLINES.set(file, outline)
  return outline
}

const OUTLINES = new WeakMap<SourceFile, Outline>()

/** Comments and strings are passed over; the rest of the language is words and brackets. */
const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]+|\\[\s\S])*"?|'(?:[^'\\\n]+|\\[\s\S])*'?|[A-Za-z_$][\w$]*|[{}();,=]/g

const scan = (source: string): Outline => {
  const tokens = [...source.matchAll(TOKEN)]
    .map((match) => ({ text: match[0], at: match.index }))
    .filter(({ text }) => !/^(\/\/|\/\*|["'])/.test(text))
  const functions: FunctionRange[] = []
  const contracts: ContractRange[] = []
  const enums = new Map<string, readonly string[]>()
  const valueTypes = new Map<string, string>()
  const text = (at: number): string => tokens[at]?.text ?? ''
  const start = (at: number): number => tokens[at]?.at ?? source.length
  let contract: { kind: ContractRange['kind']; name: string; start: number } | undefined

  /** The token after the bracket that closes the one at `open`. */
  const behind = (open: number): number => {
    let depth = 0
    for (let at = open; at < tokens.length; at++) {
      const sign = text(at)
      if (sign === '{' || sign === '(') depth++
      else if ((sign === '}' || sign === ')') && --depth === 0) return at + 1
    }
    return tokens.length
  }
  /** First token of a declaration's body, or the semicolon in place of one. */
  const bodyOf = (from: number): number => {
    let at = from
    while (at < tokens.length && text(at) !== '{' && text(at) !== ';')
      at = text(at) === '(' ? behind(at) : at + 1
    return at
  }

  let at = 0
  while (at < tokens.length) {
    const word = text(at)
    if (word === '}' && contract) {
      contracts.push({ ...contract, end: start(at) + 1 })
      contract = undefined
      at++
    } else if (CONTRACTS.has(word) && !contract) {
      const begin = text(at - 1) === 'abstract' ? at - 1 : at
      contract = { kind: word as ContractRange['kind'], name: text(at + 1), start: start(begin) }
      at = bodyOf(at + 1) + 1
    } else if (FUNCTIONS.has(word) && isDeclared(word, text(at - 1), text(at + 1))) {
      const named = word === 'function' || word === 'modifier'
      // `function (uint) external f;` is a variable whose type is a function.
      if (word === 'function' && text(at + 1) === '(' && contract && !isOldFallback(source, start(at))) {
        at = behind(at + 1)
        continue
      }
      const name = named && text(at + 1) !== '(' ? text(at + 1) : word === 'function' ? 'fallback' : word
      const body = bodyOf(at + 1)
      const past = text(body) === '{' ? behind(body) : body + 1
      functions.push({
        kind: named && name !== 'fallback' ? (word as 'function') : (name as FunctionRange['kind']),
        name,
        contract: contract?.name,
        start: start(at),
        body: start(body),
        end: start(past - 1) + 1,
      })
      at = past
    } else if (word === 'enum') {
      const open = bodyOf(at + 1)
      const past = behind(open)
      const members = tokens.slice(open + 1, past - 1).filter((token) => token.text !== ',')
      enums.set(
        inContract(contract, text(at + 1)),
        members.map((token) => token.text),
      )
      at = past
    } else if (word === 'type' && text(at + 2) === 'is') {
      valueTypes.set(inContract(contract, text(at + 1)), text(at + 3))
      at += 4
    } else if (word === '{' || word === '(') at = behind(at)
    else at++
  }
  return { functions, contracts, enums, valueTypes }
}

const CONTRACTS: ReadonlySet<string> = new Set(['contract', 'interface', 'library'])
const FUNCTIONS: ReadonlySet<string> = new Set(['function', 'modifier', 'constructor', 'receive', 'fallback'])

/** The other three are words that may name something else: `uint256 fallback = receive (1);` */
const isDeclared = (word: string, before: string, after: string): boolean =>
  word === 'function' || word === 'modifier' || (after === '(' && (before === '' || '{};'.includes(before)))

const inContract = (contract: { name: string } | undefined, name: string): string =>
  contract ? `${contract.name}.${name}` : name

/** Before Solidity 0.6 the fallback function has no name: `function () external payable {`. */
const isOldFallback = (source: string, at: number): boolean =>
  /^function\s*\(\s*\)\s*(?:(?:external|public|payable)\s*)*\{/.test(source.slice(at, at + 200))

/** The function or modifier in which a range of bytes lies. */
export const functionAt = (
  { functions }: Outline,
  start: number,
  length: number,
): FunctionRange | undefined => {
  let low = 0
  let high = functions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (functions[middle]!.start <= start) low = middle + 1
    else high = middle
  }
  const found = functions[low - 1]
  return found && start + length <= found.end ? found : undefined
}

export const contractAt = ({ contracts }: Outline, start: number): ContractRange | undefined =>
  contracts.find((contract) => contract.start <= start && start < contract.end)
