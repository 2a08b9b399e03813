/** As a project of Hardhat 3 has its tests; run by Hardhat, not by Vitest. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { network } from 'hardhat'
import { getAddress, parseEther, zeroAddress } from 'viem'

const { viem, networkHelpers } = await network.create()
const { time } = networkHelpers
const STRANGER = '0x5151515151515151515151515151515151515151'

const deploy = async () => {
  const counter = await viem.deployContract('Counter', [40n])
  return { counter, reader: await viem.getPublicClient() }
}

describe('Counter', () => {
  it('is deployed, called and heard', async () => {
    const { counter, reader } = await deploy()
    const [alice] = await viem.getWalletClients()
    await counter.write.raise([2n])
    assert.equal(await counter.read.count(), 42n)
    const [raised] = await counter.getEvents.Raised({ by: alice!.account.address })
    assert.deepEqual(raised!.args, { by: getAddress(alice!.account.address), count: 42n })
    await assert.rejects(counter.write.raise([7n]), /not seven/)
    await assert.rejects(counter.write.raise([1001n]), /TooMuch/)
    assert.equal(await reader.getChainId(), 31_337)
  })

  it('is the same again from a fixture', async () => {
    const first = await networkHelpers.loadFixture(deploy)
    await first.counter.write.raise([1n])
    const second = await networkHelpers.loadFixture(deploy)
    assert.equal(second.counter.address, first.counter.address)
    assert.equal(await second.counter.read.count(), 40n)
  })
})

describe('network helpers', () => {
  it('move time', async () => {
    const before = await time.latest()
    await time.increase(3_600)
    assert.ok((await time.latest()) >= before + 3_600)
    await time.increaseTo(before + 10_000)
    assert.equal(await time.latest(), before + 10_000)
    await time.setNextBlockTimestamp(before + 20_000)
    await networkHelpers.mine()
    assert.equal(await time.latest(), before + 20_000)
    const block = await time.latestBlock()
    await networkHelpers.mine(10, { interval: 60 })
    assert.equal(await time.latestBlock(), block + 10)
    const reader = await viem.getPublicClient()
    const [last, one] = await Promise.all(
      [10, 9].map((at) => reader.getBlock({ blockNumber: BigInt(block + at) })),
    )
    assert.equal(last!.timestamp - one!.timestamp, 60n)
    await networkHelpers.mineUpTo(block + 20)
    assert.equal(await time.latestBlock(), block + 20)
  })

  it('take snapshots and go back', async () => {
    const { counter } = await deploy()
    const snapshot = await networkHelpers.takeSnapshot()
    await counter.write.raise([1n])
    await snapshot.restore()
    assert.equal(await counter.read.count(), 40n)
    await counter.write.raise([2n])
    await snapshot.restore()
    assert.equal(await counter.read.count(), 40n)
  })

  it('impersonate and set state', async () => {
    const { counter, reader } = await deploy()
    await networkHelpers.setBalance(STRANGER, parseEther('1'))
    await networkHelpers.setNonce(STRANGER, 3)
    await networkHelpers.impersonateAccount(STRANGER)
    const stranger = await viem.getWalletClient(STRANGER)
    await counter.write.raise([5n], { account: stranger.account })
    const [raised] = await counter.getEvents.Raised({ by: STRANGER })
    assert.deepEqual(raised!.args, { by: STRANGER, count: 45n })
    assert.equal(await reader.getTransactionCount({ address: STRANGER }), 4)
    await networkHelpers.stopImpersonatingAccount(STRANGER)
    await assert.rejects(counter.write.raise([5n], { account: stranger.account }))
    await networkHelpers.setStorageAt(counter.address, 0, 99)
    assert.equal(await counter.read.count(), 99n)
    assert.equal(BigInt(await networkHelpers.getStorageAt(counter.address, 0)), 99n)
    await networkHelpers.setCode(STRANGER, '0x6001')
    assert.equal(await reader.getCode({ address: STRANGER }), '0x6001')
  })

  it('set what the next block is like, and drop what waits', async () => {
    const { reader } = await deploy()
    await networkHelpers.setCoinbase(STRANGER)
    await networkHelpers.setNextBlockBaseFeePerGas(1_234n)
    await networkHelpers.setPrevRandao(7)
    await networkHelpers.setBlockGasLimit(20_000_000n)
    await networkHelpers.mine()
    const block = await reader.getBlock()
    assert.equal(block.miner, STRANGER)
    assert.equal(block.baseFeePerGas, 1_234n)
    assert.equal(BigInt(block.mixHash!), 7n)
    assert.equal(block.gasLimit, 20_000_000n)
    const client = await viem.getTestClient()
    await client.setAutomine(false)
    const [alice] = await viem.getWalletClients()
    const hash = await alice!.sendTransaction({ to: zeroAddress, value: 1n })
    assert.equal(await networkHelpers.dropTransaction(hash), true)
    await client.setAutomine(true)
  })
})
