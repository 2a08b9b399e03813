/** What a message changed, as Parity tells it: `=`, `+` born, `-` died, `*` from and to. */
import { EMPTY_CODE_HASH, type Hash } from '@deed/evm'
import { bytesToHex, quantity, wordToHash } from '../hex.ts'
import type { Json } from '../rpc/format.ts'
import { found } from '../state/missing.ts'
import type { Account, Layer, Reader } from '../state/types.ts'
import type { OpenTracing } from './tracing.ts'

export const stateDiff: OpenTracing = ({ before, budget }) => {
  let result: Json = {}
  return {
    end: ({ layer }) => {
      result = diffOf(before, layer)
      budget.spend(JSON.stringify(result).length)
    },
    result: () => result,
  }
}

const diffOf = (before: Reader, layer: Layer): Json => {
  const accounts: Record<string, Json> = {}
  for (const address of new Set([...layer.accounts.keys(), ...layer.storage.keys()])) {
    const old = found(before.account(address))
    const now = layer.accounts.has(address) ? layer.accounts.get(address) : old
    if (old === undefined && now === undefined) continue
    const codeAt = ({ codeHash }: Account): string => bytesToHex(codeOf(before, layer, codeHash))
    const storage: Record<Hash, Json> = {}
    for (const [key, value] of layer.storage.get(address) ?? []) {
      const was = layer.cleared.has(address) ? 0n : found(before.slot(address, key))
      if (was === value) continue
      storage[wordToHash(key)] =
        old === undefined
          ? { '+': wordToHash(value) }
          : { '*': { from: wordToHash(was), to: wordToHash(value) } }
    }
    const fields = {
      balance: change(old && quantity(old.balance), now && quantity(now.balance)),
      code: change(old && codeAt(old), now && codeAt(now)),
      nonce: change(old && quantity(old.nonce), now && quantity(now.nonce)),
    }
    const isSame = Object.values(fields).every((field) => field === '=') && Object.keys(storage).length === 0
    if (!isSame) accounts[address] = { ...fields, storage }
  }
  return accounts
}

/** Both are missing for no account that comes here. */
const change = (from: string | undefined, to: string | undefined): Json => {
  if (from === undefined) return { '+': to! }
  if (to === undefined) return { '-': from }
  return from === to ? '=' : { '*': { from, to } }
}

const codeOf = (before: Reader, layer: Layer, hash: Hash): Uint8Array =>
  hash === EMPTY_CODE_HASH ? NO_CODE : (layer.codes.get(hash) ?? found(before.code(hash)))

const NO_CODE = new Uint8Array()
