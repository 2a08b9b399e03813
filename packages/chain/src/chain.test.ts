import { type Address, type Hash, hexToBytes, interpreter, keccak256 } from '@deed/evm'
import { describe, expect, test } from 'vitest'
import { type Chain, type HeadEvent, openChain } from './chain.ts'
import type { BlockInputs, Executed } from './execute/types.ts'
import { DEV_ACCOUNTS, devGenesis } from './genesis-dev.ts'
import { createForgetfulStore } from './store/forgetful.fixture.ts'
import { createMemoryStore } from './store/memory.ts'
import { transactionHash } from './transaction/codec.ts'
import { isFault } from './transaction/fault.ts'
import { signTransaction } from './transaction/signature.ts'
import type { Transaction } from './transaction/types.ts'
import { verifyTrieProof } from './trie/proof.ts'

/** Of the first development account. */
const KEY = hexToBytes('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
const [ALICE, BOB] = DEV_ACCOUNTS as [Address, Address]
const MINER: Address = `0x${'c0'.repeat(20)}`
const GWEI = 10n ** 9n

/** Stores the block's number at slot zero, hashes of old blocks at slot one, and logs. */
const RECORDER = hexToBytes('0x43600055600143034060015560005460005260206000a0')

const open = (store = createMemoryStore()): Promise<Chain> =>
  openChain({ genesis: devGenesis({ timestamp: 1_000n, alloc: RECORDED }), store, engine: interpreter })

const RECORDER_ADDRESS: Address = `0x${'ec'.repeat(20)}`
const RECORDED = new Map([[RECORDER_ADDRESS, { balance: 0n, nonce: 1n, code: RECORDER }]])

const transfer = (nonce: bigint, change: Partial<Transaction> = {}): Transaction =>
  signTransaction(
    {
      type: 2,
      chainId: 31_337n,
      nonce,
      gasLimit: 100_000n,
      to: BOB,
      value: 5n,
      data: new Uint8Array(0),
      maxFeePerGas: 3n * GWEI,
      maxPriorityFeePerGas: GWEI,
      accessList: [],
      ...(change as object),
    },
    KEY,
  )

const inputs = (timestamp: bigint, ...transactions: Transaction[]): BlockInputs => ({
  transactions,
  timestamp,
  beneficiary: MINER,
})

const mine = async (chain: Chain, parent: Hash, block: BlockInputs): Promise<Executed> => {
  const executed = await chain.execute(parent, block)
  await chain.commit(executed)
  return executed
}

describe('execute', () => {
  test('moves ether, pays the tip, burns the base fee and refunds the rest', async () => {
    const chain = await open()
    const before = await chain.stateAt(chain.head.hash)
    const executed = await mine(chain, chain.head.hash, inputs(1_012n, transfer(0n)))
    const after = await chain.stateAt(executed.hash)
    const balance = async (view: typeof after, who: Address) => (await view.account(who))?.balance ?? 0n
    const delta = async (who: Address) => (await balance(after, who)) - (await balance(before, who))

    const { baseFeePerGas, gasUsed } = executed.block.header
    expect(baseFeePerGas).toBe(875_000_000n)
    expect(gasUsed).toBe(21_000n)
    expect(await delta(BOB)).toBe(5n)
    expect(await delta(MINER)).toBe(21_000n * GWEI)
    expect(await delta(ALICE)).toBe(-5n - 21_000n * (GWEI + 875_000_000n))
    expect((await after.account(ALICE))?.nonce).toBe(1n)
    expect(executed.receipts).toMatchObject([{ status: 1, cumulativeGasUsed: 21_000n, type: 2 }])
    expect(executed.senders).toEqual([ALICE])
  })

  test('is pure: the same inputs give the same hash, and nothing of the chain moves', async () => {
    const chain = await open()
    const block = inputs(1_012n, transfer(0n), transfer(1n, { to: RECORDER_ADDRESS }))
    const [first, second] = [
      await chain.execute(chain.head.hash, block),
      await chain.execute(chain.head.hash, block),
    ]
    expect(second.hash).toBe(first.hash)
    expect(await chain.block(first.hash)).toBeUndefined()
    expect(chain.head.block.header.number).toBe(0n)
    const elsewhere = await open()
    expect((await elsewhere.execute(elsewhere.head.hash, block)).hash).toBe(first.hash)
  })

  test('comes to the same block when every value is missing first', async () => {
    const block = inputs(1_012n, transfer(0n, { to: RECORDER_ADDRESS }), transfer(1n))
    const chain = await open()
    const forgetful = createForgetfulStore(createMemoryStore())
    const slow = await open(forgetful)
    for (const each of [chain, slow]) {
      const executed = await mine(each, each.head.hash, block)
      await each.setHead(executed.hash)
      await each.setHead((await mine(each, executed.hash, inputs(1_024n, transfer(2n)))).hash)
    }
    expect(slow.head.hash).toBe(chain.head.hash)
    expect(forgetful.loads()).toBeGreaterThan(20)
  })

  test.each([
    ['a used nonce', [transfer(0n), transfer(0n)], 'DEED_TX_NONCE_MISMATCH_TOO_LOW'],
    ['a nonce ahead', [transfer(0n), transfer(2n)], 'DEED_TX_NONCE_MISMATCH_TOO_HIGH'],
    [
      'too little money',
      [transfer(0n), transfer(1n, { value: 10n ** 30n })],
      'DEED_TX_INSUFFICIENT_ACCOUNT_FUNDS',
    ],
    [
      'a fee below the base fee',
      [transfer(0n), transfer(1n, { maxFeePerGas: 1n, maxPriorityFeePerGas: 0n } as object)],
      'DEED_TX_INSUFFICIENT_MAX_FEE_PER_GAS',
    ],
    ['another chain', [transfer(0n), transfer(1n, { chainId: 1n })], 'DEED_TX_INVALID_CHAINID'],
    ['too little gas', [transfer(0n), transfer(1n, { gasLimit: 20_999n })], 'DEED_TX_INTRINSIC_GAS_TOO_LOW'],
    [
      'more gas than one transaction may have',
      [transfer(0n), transfer(1n, { gasLimit: 2n ** 24n + 1n })],
      'DEED_TX_GAS_LIMIT_EXCEEDS_MAXIMUM',
    ],
  ])('leaves out a transaction with %s', async (_what, transactions, code) => {
    const chain = await open()
    const executed = await chain.execute(chain.head.hash, inputs(1_012n, ...transactions))
    expect(executed.refused).toMatchObject([{ index: 1, fault: { code } }])
    expect(executed.transactionHashes).toEqual([transactionHash(transactions[0]!)])
    const without = await chain.execute(chain.head.hash, inputs(1_012n, transactions[0]!))
    expect(executed.hash).toBe(without.hash)
  })

  test('keeps hashes and beacon roots in the system contracts (EIP-2935, EIP-4788)', async () => {
    const chain = await open()
    const root: Hash = `0x${'ab'.repeat(32)}`
    const executed = await mine(chain, chain.head.hash, {
      ...inputs(1_012n),
      parentBeaconBlockRoot: root,
    })
    const state = await chain.stateAt(executed.hash)
    expect(await state.slot('0x0000f90827f1c53a10cb7a02335b175320002935', 0n)).toBe(BigInt(chain.head.hash))
    const ring = 8191n
    const beaconRoots = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02'
    expect(await state.slot(beaconRoots, (1_012n % ring) + ring)).toBe(BigInt(root))
  })

  test('credits withdrawals in gwei and makes no account for an amount of zero', async () => {
    const chain = await open()
    const other: Address = `0x${'d0'.repeat(20)}`
    const executed = await mine(chain, chain.head.hash, {
      ...inputs(1_012n),
      withdrawals: [
        { index: 0n, validatorIndex: 1n, address: MINER, amountGwei: 3n },
        { index: 1n, validatorIndex: 1n, address: other, amountGwei: 0n },
      ],
    })
    const state = await chain.stateAt(executed.hash)
    expect((await state.account(MINER))?.balance).toBe(3n * GWEI)
    expect(await state.account(other)).toBeUndefined()
  })
})

describe('validate', () => {
  test('accepts what execute made, and names what was changed', async () => {
    const chain = await open()
    const { block, hash } = await chain.execute(chain.head.hash, inputs(1_012n, transfer(0n)))
    const again = await chain.validate(block)
    expect('hash' in again && again.hash).toBe(hash)
    const { header } = block
    const zero: Hash = `0x${'0'.repeat(64)}`
    const wrong = [
      [{ ...header, stateRoot: zero }, 'DEED_BLOCK_INVALID_STATE_ROOT'],
      [{ ...header, receiptsRoot: zero }, 'DEED_BLOCK_INVALID_RECEIPTS_ROOT'],
      [{ ...header, transactionsRoot: zero }, 'DEED_BLOCK_INVALID_TRANSACTIONS_ROOT'],
      [{ ...header, withdrawalsRoot: zero }, 'DEED_BLOCK_INVALID_WITHDRAWALS_ROOT'],
      [{ ...header, requestsHash: zero }, 'DEED_BLOCK_INVALID_REQUESTS'],
      [{ ...header, gasUsed: 21_001n }, 'DEED_BLOCK_INVALID_GAS_USED'],
      [{ ...header, gasUsed: header.gasLimit + 1n }, 'DEED_BLOCK_GAS_USED_OVER_LIMIT'],
      [{ ...header, blobGasUsed: 1n }, 'DEED_BLOCK_INVALID_BLOB_GAS_USED'],
      [{ ...header, excessBlobGas: 1n }, 'DEED_BLOCK_INVALID_EXCESS_BLOB_GAS'],
      [{ ...header, baseFeePerGas: 1n }, 'DEED_BLOCK_INVALID_BASEFEE_PER_GAS'],
      [{ ...header, timestamp: 1_000n }, 'DEED_BLOCK_INVALID_TIMESTAMP'],
      [{ ...header, number: 2n }, 'DEED_BLOCK_INVALID_BLOCK_NUMBER'],
      [{ ...header, difficulty: 1n }, 'DEED_BLOCK_INVALID_DIFFICULTY'],
      [{ ...header, nonce: '0x0000000000000001' as const }, 'DEED_BLOCK_INVALID_NONCE'],
      [{ ...header, extraData: new Uint8Array(33) }, 'DEED_BLOCK_EXTRA_DATA_TOO_BIG'],
      [{ ...header, gasLimit: header.gasLimit * 2n }, 'DEED_BLOCK_INVALID_GASLIMIT'],
      [{ ...header, requestsHash: undefined }, 'DEED_BLOCK_WRONG_FIELDS'],
      [{ ...header, parentHash: zero }, 'DEED_BLOCK_UNKNOWN_PARENT'],
    ] as const
    for (const [changed, code] of wrong)
      expect(await chain.validate({ ...block, header: changed })).toMatchObject({ code })
  })
})

describe('the head', () => {
  test('moves between branches: numbers and transactions follow, listeners are told', async () => {
    const chain = await open()
    const genesis = chain.head.hash
    const [a, b] = [transfer(0n), transfer(0n, { value: 6n })]
    const left = await mine(chain, genesis, inputs(1_012n, a))
    const leftChild = await mine(chain, left.hash, inputs(1_024n))
    const right = await mine(chain, genesis, inputs(1_012n, b))
    const events: HeadEvent[] = []
    const stop = chain.onHead((event) => events.push(event))

    await chain.setHead(leftChild.hash)
    expect(await chain.canonicalHash(1n)).toBe(left.hash)
    expect(await chain.transaction(transactionHash(a))).toMatchObject({ blockHash: left.hash, index: 0 })

    await chain.setHead(right.hash)
    expect(chain.head.hash).toBe(right.hash)
    expect(await chain.canonicalHash(1n)).toBe(right.hash)
    expect(await chain.canonicalHash(2n)).toBeUndefined()
    expect(await chain.transaction(transactionHash(a))).toBeUndefined()
    expect(await chain.transaction(transactionHash(b))).toMatchObject({ blockHash: right.hash })
    expect((await chain.block(leftChild.hash))?.hash).toBe(leftChild.hash)

    stop()
    await chain.setHead(leftChild.hash)
    const numbers = events.map(({ added, removed }) =>
      [added, removed].map((list) => list.map(({ hash }) => hash)),
    )
    expect(numbers).toEqual([
      [[left.hash, leftChild.hash], []],
      [[right.hash], [left.hash, leftChild.hash]],
    ])
  })

  test('stays where it is when its own branch is to be forgotten', async () => {
    const chain = await open()
    const genesis = chain.head.hash
    const one = await mine(chain, genesis, inputs(1_012n, transfer(0n)))
    const two = await mine(chain, one.hash, inputs(1_024n))
    await chain.setHead(two.hash)
    await expect(chain.forget(one.hash)).rejects.toMatchObject({ code: 'DEED_HEAD_FORGOTTEN' })

    await chain.setHead(genesis)
    await chain.forget(one.hash)
    expect(await chain.block(two.hash)).toBeUndefined()
    await expect(chain.stateAt(one.hash)).rejects.toMatchObject({ code: 'DEED_UNKNOWN_BLOCK' })
    // The same block again, on the branch that has become free.
    const again = await mine(chain, genesis, inputs(1_012n, transfer(0n)))
    expect(again.hash).toBe(one.hash)
    expect((await (await chain.stateAt(again.hash)).account(ALICE))?.nonce).toBe(1n)
  })

  test('leaves no trie node behind when its other branches are forgotten', async () => {
    const store = createMemoryStore()
    const put = new Set<string>()
    const removed: string[] = []
    const write = store.write
    store.write = (batch) => {
      for (const { table, key } of batch.put) if (table === 'node') put.add(key)
      for (const { table, key } of batch.remove ?? []) if (table === 'node') removed.push(key)
      return write(batch)
    }
    const chain = await open(store)
    const genesisNodes = new Set(put)
    for (const value of [1n, 2n, 3n]) {
      const first = await mine(chain, chain.genesis.hash, inputs(1_012n, transfer(0n, { value })))
      // Long enough for a trie to be stored on the way.
      let { hash } = first
      for (let i = 1n; i <= 130n; i++) ({ hash } = await mine(chain, hash, inputs(1_012n + i)))
      await chain.forget(first.hash)
    }
    expect(removed.length).toBeGreaterThan(3)
    const left = [...put].filter((key) => store.record('node', key) !== undefined)
    expect(new Set(left)).toEqual(genesisNodes)
  })

  test('is found again when the store is opened again, and only with the same genesis', async () => {
    const store = createMemoryStore()
    const chain = await open(store)
    const executed = await mine(chain, chain.head.hash, inputs(1_012n, transfer(0n)))
    await chain.setHead(executed.hash)
    expect((await open(store)).head.hash).toBe(executed.hash)
    const other = openChain({ genesis: devGenesis(), store, engine: interpreter })
    await expect(other).rejects.toMatchObject({ code: 'DEED_OTHER_GENESIS' })
  })
})

describe('states', () => {
  test('of every block stay readable and provable', async () => {
    const chain = await open()
    const hashes = [chain.head.hash]
    for (const number of [1n, 2n, 3n]) {
      const call = transfer(number - 1n, { to: RECORDER_ADDRESS, value: 0n })
      hashes.push((await mine(chain, hashes.at(-1)!, inputs(1_000n + 12n * number, call))).hash)
    }
    for (const [number, hash] of hashes.entries()) {
      const state = await chain.stateAt(hash)
      expect(await state.slot(RECORDER_ADDRESS, 0n)).toBe(BigInt(number))
      // BLOCKHASH of the block before.
      if (number > 0) expect(await state.slot(RECORDER_ADDRESS, 1n)).toBe(BigInt(hashes[number - 1]!))
      const proof = await state.proof(RECORDER_ADDRESS, [0n])
      const { stateRoot } = (await chain.block(hash))!.block.header
      const proven = verifyTrieProof(stateRoot, keccak256(hexToBytes(RECORDER_ADDRESS)), proof.nodes)
      expect(proven?.value).toBeDefined()
      const slot = verifyTrieProof(
        proof.account!.storageRoot,
        keccak256(new Uint8Array(32)),
        proof.slots[0]!.nodes,
      )
      expect(slot?.value).toEqual(number === 0 ? undefined : Uint8Array.of(number))
    }
  })

  test('of a block that is not committed can be read, proven and called', async () => {
    const chain = await open()
    const pending = await chain.execute(
      chain.head.hash,
      inputs(1_012n, transfer(0n, { to: RECORDER_ADDRESS, value: 0n })),
    )
    const state = chain.stateOf(pending)
    expect(await state.slot(RECORDER_ADDRESS, 0n)).toBe(1n)
    const { nodes } = await state.proof(RECORDER_ADDRESS, [])
    const key = keccak256(hexToBytes(RECORDER_ADDRESS))
    expect(verifyTrieProof(pending.block.header.stateRoot, key, nodes)?.value).toBeDefined()
    const assumed = state.with(new Map([[RECORDER_ADDRESS, { stateDiff: new Map([[0n, 9n]]) }]]))
    expect(await assumed.slot(RECORDER_ADDRESS, 0n)).toBe(9n)
    expect(await assumed.slot(RECORDER_ADDRESS, 1n)).toBe(BigInt(chain.head.hash))
  })
})

describe('call', () => {
  const request = { from: ALICE, data: new Uint8Array(0), value: 0n, gasLimit: 10n ** 6n }
  /** Returns BASEFEE, NUMBER and the caller's balance. */
  const looker = hexToBytes('0x48600052436020523331604052606060 00f3'.replaceAll(' ', ''))
  const words = (output: Uint8Array): bigint[] =>
    [0, 32, 64].map((at) => BigInt(`0x${Buffer.from(output.subarray(at, at + 32)).toString('hex')}`))

  test('runs in the context of a block, with assumptions, and changes nothing', async () => {
    const chain = await open()
    const options = {
      state: new Map([
        [BOB, { code: looker }],
        [ALICE, { balance: 77n }],
      ]),
      block: { number: 5n },
    }
    const result = await chain.call({ ...request, to: BOB }, chain.head.hash, options)
    if (isFault(result)) throw new Error(result.message)
    expect(result.status).toBe('success')
    // Without a gas price there is no base fee.
    expect(words(result.output)).toEqual([0n, 5n, 77n])
    expect((await (await chain.stateAt(chain.head.hash)).account(ALICE))?.balance).toBe(10_000n * 10n ** 18n)
  })

  test('is refused for want of money, price or gas', async () => {
    const chain = await open()
    const { hash } = chain.head
    const codes = await Promise.all(
      [
        { ...request, to: BOB, value: 10n ** 30n },
        { ...request, to: BOB, gasPrice: 1n },
        { ...request, to: BOB, gasLimit: 20_999n },
      ].map(async (each) => {
        const result = await chain.call(each, hash)
        return isFault(result) && result.code
      }),
    )
    expect(codes).toEqual([
      'DEED_TX_INSUFFICIENT_ACCOUNT_FUNDS',
      'DEED_TX_INSUFFICIENT_MAX_FEE_PER_GAS',
      'DEED_TX_INTRINSIC_GAS_TOO_LOW',
    ])
  })
})
