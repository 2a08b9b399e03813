/** The names by which people's tools drive a development chain: those of anvil, Hardhat, ganache and Tenderly. */
import {
  address,
  anything,
  boolean,
  bytes,
  count,
  hash,
  integer,
  number,
  oneOrMany,
  orElse,
  param,
  quantity,
  quantity64,
  slot,
  text,
} from './decode.ts'
import { type Method, method } from './method.ts'
import * as control from './methods/control.ts'
import * as edit from './methods/edit.ts'
import * as erc20 from './methods/erc20.ts'
import * as evm from './methods/evm.ts'
import * as state from './methods/state.ts'

/** Accounts whose balance one request sets. */
const MAX_ACCOUNTS = 1_000

const who = param('address', address)
const many = param('addresses', oneOrMany(address, MAX_ACCOUNTS))
const amount = param('amount', quantity)
const wei = param('wei', quantity)
const blocks = param('blocks', orElse(integer, 1n))
const interval = param('intervalSeconds', orElse(integer, 0n))
const seconds = param('seconds', integer)
const timestamp = param('timestamp', integer)
const options = param('options', anything)

/** One method by all its names. */
const named = (names: readonly string[], one: Method): [string, Method][] => names.map((name) => [name, one])
const both = (name: string, one: Method) => named([`hardhat_${name}`, `anvil_${name}`], one)

export const DEV_METHODS: Readonly<Record<string, Method>> = Object.fromEntries([
  ...named(['evm_mine'], method('dev', 100, [param('timestamp', anything)], evm.evmMine)),
  ...both('mine', method('dev', 100, [blocks, interval], evm.hardhatMine)),
  ...named(['evm_mine_detailed', 'anvil_mine_detailed'], method('dev', 100, [options], control.mineDetailed)),
  ...named(['hardhat_intervalMine'], method('dev', 100, [], control.intervalMine)),
  ...named(['evm_increaseTime', 'anvil_increaseTime'], method('dev', 1, [seconds], evm.evmIncreaseTime)),
  ...named(['evm_setTime', 'anvil_setTime'], method('dev', 1, [timestamp], evm.evmSetTime)),
  ...named(
    ['evm_setNextBlockTimestamp', 'anvil_setNextBlockTimestamp'],
    method('dev', 1, [timestamp], evm.evmSetNextBlockTimestamp),
  ),
  ...named(
    ['anvil_setBlockTimestampInterval', 'evm_setBlockTimestampInterval'],
    method('dev', 1, [seconds], control.setBlockTimestampInterval),
  ),
  ...named(
    ['anvil_removeBlockTimestampInterval', 'evm_removeBlockTimestampInterval'],
    method('dev', 1, [], control.removeBlockTimestampInterval),
  ),
  ...named(['evm_snapshot', 'anvil_snapshot'], method('dev', 1, [], evm.evmSnapshot)),
  ...named(['evm_revert', 'anvil_revert'], method('dev', 5, [param('snapshot', quantity)], evm.evmRevert)),
  ...both('reset', method('dev', 5, [options], control.reset)),
  ...named(['anvil_setRpcUrl'], method('dev', 1, [param('url', text)], control.setRpcUrl)),
  ...named(['debug_setHead'], method('dev', 5, [param('blockNumber', quantity64)], control.setHead)),
  ...named(['anvil_rollback'], method('dev', 5, [param('blocks', orElse(count, 1))], control.rollback)),
  ...named(
    ['anvil_reorg'],
    method(
      'dev',
      500,
      [param('depth', count), param('transactions', orElse(control.placedTransactions, []))],
      control.reorg,
    ),
  ),

  ...named(
    ['evm_setAutomine', 'anvil_setAutomine'],
    method('dev', 1, [param('on', boolean)], evm.evmSetAutomine),
  ),
  ...both('getAutomine', method('dev', 1, [], control.getAutomine)),
  ...named(
    ['evm_setIntervalMining'],
    method('dev', 1, [param('intervalMs', number)], evm.evmSetIntervalMining),
  ),
  ...named(
    ['anvil_setIntervalMining'],
    method('dev', 1, [param('intervalSeconds', number)], control.setIntervalMiningSeconds),
  ),
  ...named(['anvil_getIntervalMining'], method('dev', 1, [], control.getIntervalMining)),
  ...both('setCoinbase', method('dev', 1, [who], control.setCoinbase)),
  ...both('setNextBlockBaseFeePerGas', method('dev', 1, [wei], control.setNextBlockBaseFee)),
  ...both('setMinGasPrice', method('dev', 1, [wei], control.setMinGasPrice)),
  ...both('setPrevRandao', method('dev', 1, [param('prevRandao', hash)], control.setPrevRandao)),
  ...named(
    ['evm_setBlockGasLimit', 'anvil_setBlockGasLimit'],
    method('dev', 1, [param('gasLimit', quantity64)], control.setBlockGasLimit),
  ),

  ...both('setBalance', method('dev', 1, [who, wei], edit.setBalance)),
  ...named(['tenderly_setBalance'], method('dev', 5, [many, wei], edit.setBalances)),
  ...named(
    ['anvil_addBalance', 'hardhat_addBalance', 'tenderly_addBalance'],
    method('dev', 5, [many, wei], edit.addBalance),
  ),
  ...both('setCode', method('dev', 5, [who, param('code', bytes)], edit.setCode)),
  ...named(
    ['hardhat_setNonce', 'anvil_setNonce', 'evm_setAccountNonce'],
    method('dev', 1, [who, param('nonce', quantity64)], edit.setNonce),
  ),
  ...named(
    ['hardhat_setStorageAt', 'anvil_setStorageAt', 'tenderly_setStorageAt'],
    method('dev', 1, [who, param('slot', slot), param('value', slot)], edit.setStorageAt),
  ),
  ...named(
    ['anvil_dealERC20', 'hardhat_dealERC20', 'anvil_setERC20Balance'],
    method('dev', 500, [who, param('token', address), amount], erc20.dealErc20),
  ),
  ...named(
    ['tenderly_setErc20Balance'],
    method('dev', 500, [param('token', address), who, amount], erc20.setErc20Balance),
  ),
  ...named(
    ['anvil_setERC20Allowance'],
    method(
      'dev',
      500,
      [param('owner', address), param('spender', address), param('token', address), amount],
      erc20.setErc20Allowance,
    ),
  ),

  ...both('impersonateAccount', method('dev', 1, [who], control.impersonateAccount)),
  ...both('stopImpersonatingAccount', method('dev', 1, [who], control.stopImpersonatingAccount)),
  ...both('autoImpersonateAccount', method('dev', 1, [param('on', boolean)], control.autoImpersonateAccount)),
  ...both('dropTransaction', method('dev', 1, [param('transactionHash', hash)], control.dropTransaction)),
  ...both('dropAllTransactions', method('dev', 5, [], control.dropAllTransactions)),
  ...named(['anvil_removePoolTransactions'], method('dev', 5, [who], control.removePoolTransactions)),
  ...both('setLoggingEnabled', method('dev', 1, [param('on', boolean)], control.setLoggingEnabled)),
  ...both('dumpState', method('dev', 5000, [param('withHistory', orElse(boolean, false))], state.dumpState)),
  ...both('loadState', method('dev', 5000, [param('state', bytes)], state.loadState)),
  ...both('metadata', method('dev', 1, [], control.metadata)),
  ...named(['anvil_nodeInfo'], method('dev', 1, [], control.nodeInfo)),
  ...named(['anvil_getGenesisTime'], method('dev', 1, [], control.genesisTime)),
])
