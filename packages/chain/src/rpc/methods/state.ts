/** `anvil_dumpState` and `anvil_loadState`: a state without its history, in anvil's own format. */
import type { Address } from '@deed/evm'
import { max } from '../../bigint.ts'
import { HISTORY_STORAGE } from '../../execute/system-contracts.ts'
import { bytesToHex } from '../../hex.ts'
import type { AccountOverride } from '../../state/types.ts'
import { type ReadAccount, readState, writeState } from '../anvil-state.ts'
import { controlOf } from '../control.ts'
import { refuse } from '../decode.ts'
import { RpcError, serverError } from '../error.ts'
import { isPacked, pack, unpack } from '../gzip.ts'
import type { Context } from '../method.ts'
import { MAX_MINED_BLOCKS } from './evm.ts'

/** Bytes of a state as JSON: it is held in memory whole. */
const MAX_STATE_BYTES = 256 * 1024 * 1024

/** @param withHistory anvil's option: here every old block keeps its state anyway, and a dump has the newest alone. */
export const dumpState = async ({ node: { chain } }: Context, withHistory: boolean) => {
  if (withHistory) refuse('argument 0 (withHistory)', 'false: a dump has the newest state alone', withHistory)
  const { head } = chain
  const packed = await pack(writeState(chain), MAX_STATE_BYTES)
  if ((await chain.block(head.hash)) === undefined)
    throw serverError(
      'DEED_STATE_GONE',
      'the block whose state was to be dumped was taken back meanwhile: ask again',
    )
  return bytesToHex(packed)
}

/**
 * Adds the accounts of a state to the head's, as anvil does: what is in both is as the state has it, but a nonce never
 * falls. Empty blocks are mined up to the number of the block that the state was taken at, and the clock is put
 * ahead to its time, so that contracts do not see either run backwards. Its blocks are not taken over.
 */
export const loadState = async ({ node }: Context, given: Uint8Array) => {
  const at = 'argument 0 (state)'
  const control = controlOf(node)
  const { accounts, number = 0n, timestamp = 0n } = readState(await parse(given, at), at)
  const ahead = number - node.chain.head.block.header.number
  if (ahead > MAX_MINED_BLOCKS)
    refuse(
      at,
      `a state at most ${MAX_MINED_BLOCKS} blocks ahead: empty blocks are mined up to it`,
      `block ${number}`,
    )
  if (ahead > 0n) await control.mine(Number(ahead))

  const state = await node.chain.stateAt(node.chain.head.hash)
  const edits = new Map<Address, AccountOverride>()
  for (const [address, account] of accounts) {
    const present = await state.account(address)
    if (present === undefined && isEmpty(account)) continue
    const nonce = max(account.nonce, present?.nonce ?? 0n)
    edits.set(address, { ...editOf(address, account), nonce })
  }
  await control.edit(edits)
  const next = (await node.pending()).block.header.timestamp
  if (timestamp > next) await control.setTime(timestamp)
  return true
}

/** The hashes of blocks are those of this chain (EIP-2935). */
const editOf = (address: Address, { balance, code, storage }: ReadAccount): AccountOverride => ({
  balance,
  code,
  stateDiff: address === HISTORY_STORAGE.address ? new Map() : storage,
})

/** anvil keeps accounts that nothing ever happened to; on a chain there are none (EIP-161). */
const isEmpty = ({ nonce, balance, code, storage }: ReadAccount): boolean =>
  nonce === 0n && balance === 0n && code.length === 0 && storage.size === 0

const parse = async (given: Uint8Array, at: string): Promise<unknown> => {
  try {
    return JSON.parse(
      isPacked(given) ? await unpack(given, MAX_STATE_BYTES) : new TextDecoder().decode(given),
    )
  } catch (error) {
    if (error instanceof RpcError) throw error
    return refuse(at, 'a state as anvil_dumpState gives it, gzip or JSON in hexadecimal', bytesToHex(given))
  }
}
