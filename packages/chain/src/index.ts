/** @deed/chain: signed transactions -> blocks -> receipts. Browser-safe; the server is at @deed/chain/server. */
export { type Chain, type ChainOptions, type HeadEvent, openChain } from './chain.ts'
export { createWallet, DEV_MNEMONIC, DEV_PRIVATE_KEYS, DevMnemonicError } from './dev/accounts.ts'
export type { Input } from './dev/input.ts'
export { createDevNode, type DevNode, type DevNodeOptions, LOCAL, replay } from './dev/node.ts'
export type { Genesis, GenesisAccount } from './genesis.ts'
export {
  DEV_ACCOUNTS,
  DEV_BALANCE_WEI,
  DEV_CHAIN_ID,
  DEV_GAS_LIMIT,
  type DevGenesisOptions,
  devGenesis,
} from './genesis-dev.ts'
export { parseGenesis } from './genesis-json.ts'
export { answer } from './rpc/dispatch.ts'
export { RpcError, toErrorObject } from './rpc/error.ts'
export type { Context, Method, MethodClass, Principal } from './rpc/method.ts'
export { METHODS } from './rpc/methods.ts'
export type { Control, Node } from './rpc/node.ts'
export { revertReason } from './rpc/revert.ts'
export { createMemoryStore } from './store/memory.ts'
