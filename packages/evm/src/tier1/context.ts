/** Writes down what the module reads and does not ask for: the fork's rules, the block, the transaction. */
import type { BlockContext, EngineCall, TransactionContext } from '../engine.ts'
import { FORKS, type Fork, isActive } from '../forks.ts'
import { opcodesAt } from '../opcodes.ts'
import { rulesAt } from '../rules.ts'
import { CONTEXT, OPCODE, RULES, WORD } from './layout.ts'
import { type Machine, writeHex, writeWord } from './machine.ts'

export function writeContext(machine: Machine, { fork, block, transaction }: EngineCall): void {
  // Blocks have many transactions, and all of them the same context.
  if (machine.fork !== fork || machine.block !== block) writeBlock(machine, block, fork)
  if (machine.fork !== fork) writeRules(machine, fork)
  machine.block = block
  machine.fork = fork
  writeTransaction(machine, transaction)
}

function writeBlock(machine: Machine, block: BlockContext, fork: Fork): void {
  const { limbs, at } = machine
  limbs[(at.context + CONTEXT.number) >>> 3] = block.number
  const word = (index: number, value: bigint) => writeWord(machine, at.words + 32 * index, value)
  writeHex(machine, at.words + 32 * WORD.COINBASE, block.beneficiary)
  word(WORD.TIMESTAMP, block.timestamp)
  word(WORD.NUMBER, block.number)
  word(WORD.PREVRANDAO, isActive('Paris', fork) ? block.prevRandao : block.difficulty)
  word(WORD.GASLIMIT, block.gasLimit)
  word(WORD.CHAINID, block.chainId)
  word(WORD.BASEFEE, block.baseFeePerGas)
  word(WORD.BLOBBASEFEE, block.blobBaseFee)
}

function writeTransaction(machine: Machine, transaction: TransactionContext): void {
  const { exports, at } = machine
  writeHex(machine, at.words + 32 * WORD.ORIGIN, transaction.origin)
  writeWord(machine, at.words + 32 * WORD.GASPRICE, transaction.gasPrice)
  const { blobVersionedHashes: hashes } = transaction
  machine.integers[(at.context + CONTEXT.blobHashCount) >>> 2] = hashes.length
  if (hashes.length === 0) return
  const list = exports.lend(BigInt(32 * hashes.length))
  for (const [index, hash] of hashes.entries()) writeHex(machine, list + 32 * index, hash)
  machine.integers[(at.context + CONTEXT.blobHashes) >>> 2] = list
}

function writeRules(machine: Machine, fork: Fork): void {
  const { bytes, at } = machine
  const rules = rulesAt(fork)
  const view = new DataView(bytes.buffer)
  const flags = [
    'codeDepositMustBePaid',
    'keepsOne64th',
    'clearsEmptyAccounts',
    'rejectsCodeFromEf',
    'selfdestructOnlyCreated',
    'delegation',
  ] as const
  for (const name of flags) bytes[at.rules + RULES[name]] = rules[name] ? 1 : 0
  const numbers = [
    'expByteGas',
    'selfdestructNewAccountGas',
    'maxCodeSize',
    'maxInitcodeSize',
    'initcodeWordGas',
    'sstoreStipend',
    'coldAccountSurcharge',
    'coldSlotSurcharge',
    'coldSstoreSurcharge',
    'coldBeneficiaryGas',
    'selfdestructRefund',
  ] as const
  for (const name of numbers) view.setUint32(at.rules + RULES[name], Math.min(rules[name], 2 ** 32 - 1), true)
  view.setUint32(at.rules + RULES.fork, FORKS.indexOf(fork) + 1, true)
  const { isNet, gas } = rules.sstore
  bytes[at.rules + RULES.netMetered] = isNet ? 1 : 0
  view.setUint32(at.rules + RULES.sstoreRead, gas.read, true)
  view.setUint32(at.rules + RULES.sstoreSet, gas.set, true)
  view.setUint32(at.rules + RULES.sstoreReset, gas.reset, true)
  view.setUint32(at.rules + RULES.sstoreClearRefund, gas.clearRefund, true)

  opcodesAt(fork).forEach((opcode, code) => {
    const row = at.opcodes + OPCODE_BYTES * code
    view.setUint32(row + OPCODE.gas, opcode?.gas ?? 0, true)
    bytes[row + OPCODE.inputs] = opcode?.inputs ?? 0
    bytes[row + OPCODE.outputs] = opcode?.outputs ?? 0
    bytes[row + OPCODE.isDefined] = opcode === undefined || opcode.name === 'INVALID' ? 0 : 1
  })
}

const OPCODE_BYTES = 8
