/**
 * A lease between a landlord with a plain key and a tenant whose account is a contract, from the template to the last
 * cent: signed as files, deployed by URL, performed for a year by a keeper. Once on our own chain and once on anvil, and
 * both tell the same.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deedAbi } from '@deed/agreement'
import { createDevNode, DEV_PRIVATE_KEYS, LOCAL } from '@deed/chain'
import { startServer } from '@deed/chain/server'
import { openPlatform } from '@deed/platform'
import {
  type Abi,
  type Account,
  type Address,
  createPublicClient,
  createWalletClient,
  encodeDeployData,
  encodeFunctionData,
  erc20Abi,
  type Hex,
  http,
  parseEther,
  parseEventLogs,
  toHex,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { describe, expect, onTestFinished, test } from 'vitest'
import { compileContract } from '../../packages/cli/src/perform/contract.ts'
import { agreement, done, filledLease, sealed } from '../../packages/cli/test/life.ts'
import { runDeed } from '../../packages/cli/test/run-deed.ts'
import { startAnvil } from '../clients/anvil.ts'

const GENESIS = Date.UTC(2027, 0, 10) / 1000
const LANDLORD_KEY: Hex = `0x${'1a2d'.repeat(16)}`
const OWNER_KEY: Hex = `0x${'7e2a'.repeat(16)}`
const KEEPER = '0x8c8d35429f74ec245f8ef2f4fd1e551cff97d650'
const PASSWORD = 'open sesame'

const landlord = privateKeyToAccount(LANDLORD_KEY)
/** Whom the tenant's wallet obeys. */
const owner = privateKeyToAccount(OWNER_KEY)
const rich = privateKeyToAccount(toHex(DEV_PRIVATE_KEYS[0]!))

const walletAbi: Abi = [
  {
    type: 'function',
    name: 'execute',
    inputs: [
      { name: 'to', type: 'address' },
      { name: 'data', type: 'bytes' },
    ],
    outputs: [],
    stateMutability: 'nonpayable',
  },
]

/** Anybody on a chain behind a URL. */
const visit = (url: string) => {
  const transport = http(url)
  const client = createPublicClient({ chain: foundry, transport, cacheTime: 0, pollingInterval: 20 })
  const send = async (from: Account, to: Address | undefined, data: Hex, value = 0n) => {
    const wallet = createWalletClient({ account: from, chain: foundry, transport })
    const hash = await wallet.sendTransaction({ ...(to && { to }), data, value })
    const receipt = await client.waitForTransactionReceipt({ hash })
    if (receipt.status !== 'success') throw new Error(`${hash} failed`)
    return receipt
  }
  const at = (time: number) =>
    client.request({ method: 'evm_setNextBlockTimestamp', params: [toHex(time)] } as never)
  return { client, transport, send, at }
}

/** The whole life on the chain at a URL; what it tells is all that a person is told. */
const live = async (url: string) => {
  const { client, transport, send, at } = visit(url)
  const rpc = ['--rpc', url]
  const env = { DEED_PASSWORD: PASSWORD }
  for (const account of [landlord.address, owner.address, KEEPER] as const)
    await send(rich, account, '0x', parseEther('10'))
  const { abi, bytecode } = await compileContract(
    new URL('../../contracts/test', import.meta.url).pathname,
    'ContractWallet.sol:ContractWallet',
  )
  const created = await send(
    rich,
    undefined,
    encodeDeployData({ abi, bytecode, args: [owner.address] } as never),
  )
  const tenant = created.contractAddress!

  const folder = await filledLease({ Landlord: landlord.address, Tenant: tenant })
  for (const [name, key] of [
    ['landlord.json', LANDLORD_KEY],
    ['owner.json', OWNER_KEY],
  ] as const)
    writeFileSync(join(folder, name), await sealed(key, PASSWORD))
  const sign = (...argv: string[]) => runDeed(['agreement', 'sign', folder, ...rpc, ...argv], { env })
  await done(sign('--keystore', join(folder, 'landlord.json')))
  const asTenant = ['--as', 'Tenant', '--wallet', '--keystore']
  const refused = [
    // A key that the wallet does not listen to; and the right key without saying that it speaks for a wallet.
    await sign(...asTenant, join(folder, 'landlord.json')),
    await sign('--as', 'Tenant', '--keystore', join(folder, 'owner.json')),
  ].map(({ err }) => err[0]!.split(':')[0])
  await done(sign(...asTenant, join(folder, 'owner.json')))
  const { contract } = JSON.parse((await done(agreement('deploy', folder, ...rpc, '--json')))[0]!)

  const platform = await openPlatform({ transport })
  onTestFinished(() => platform.close())
  const status = async () => JSON.parse((await done(agreement('status', folder, ...rpc, '--json')))[0]!)
  const outline = JSON.parse((await done(agreement('explain', folder, '--json')))[0]!)
  const token = outline.figures.USDC as Address
  /** The tenant's wallet does what its owner says, in a block of that second. */
  const tenantDoes = async (time: number, to: Address, data: Hex) => {
    await at(time)
    await send(
      owner,
      tenant,
      encodeFunctionData({ abi: walletAbi, functionName: 'execute', args: [to, data] }),
    )
  }
  const pay = async (day: number, act: string, amount: bigint, args: bigint[] = []) => {
    const approve = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [contract, amount] })
    await tenantDoes(day - 1, token, approve)
    const inputs = args.map(() => ({ name: 'amount', type: 'uint128' }))
    const item = { type: 'function', name: act, inputs, outputs: [], stateMutability: 'nonpayable' } as const
    await tenantDoes(day, contract, encodeFunctionData({ abi: [item], functionName: act, args }))
  }

  const told: unknown[] = []
  const tell = async () => {
    // The clock of anvil runs on between two blocks.
    const { open, holdings, debts, balances, state } = await status()
    told.push({ state, open, holdings, debts, balances })
  }
  await pay(Date.UTC(2027, 0, 20, 12) / 1000, 'depositPay', 2_000_000_000n)
  await platform.settle()
  await tell()
  for (let month = 1; month <= 12; month++) {
    // The second month's rent is late, which costs 5%.
    const day = month === 2 ? 8 : 1
    const late = month === 2 ? 50_000_000n : 0n
    await at(Date.UTC(2027, month, day) / 1000)
    await client.request({ method: 'evm_mine', params: [] } as never)
    await platform.settle()
    await pay(Date.UTC(2027, month, day, 9) / 1000, 'paymentPay', 1_000_000_000n + late, [
      1_000_000_000n + late,
    ])
    await platform.settle()
    if (month % 4 === 2) await tell()
  }
  for (const day of [Date.UTC(2028, 1, 1), Date.UTC(2028, 1, 20)]) {
    await at(day / 1000)
    await client.request({ method: 'evm_mine', params: [] } as never)
    await platform.settle()
    await tell()
  }
  const balanceOf = (account: Address) =>
    client.readContract({ abi: erc20Abi, address: token, functionName: 'balanceOf', args: [account] })
  const logs = await client.getLogs({ address: contract, fromBlock: 0n, toBlock: 'latest' })
  const events = parseEventLogs({ abi: deedAbi, logs }).map(({ eventName, args }) => ({ eventName, args }))
  const first = events.findIndex(({ eventName }) => eventName === 'Acted')
  return {
    contract: contract as Address,
    tenant,
    refused,
    told,
    // Until the first act, which has its second, deploying takes as long as it takes.
    events: events.map((event, i) => (i < first ? { ...event, args: { ...event.args, time: 0 } } : event)),
    balances: await Promise.all([landlord.address, tenant, contract].map(balanceOf)),
  }
}

const onOurs = async () => {
  const node = await createDevNode({ wallTime: () => BigInt(GENESIS), genesisTime: BigInt(GENESIS) })
  const server = await startServer({ node, principal: LOCAL, port: 0 })
  onTestFinished(async () => {
    await server.close()
    await node.close()
  })
  return server.url
}

const onAnvil = async () => {
  const anvil = await startAnvil('--timestamp', String(GENESIS))
  onTestFinished(() => anvil.close())
  return anvil.url
}

describe('a lease signed by a key and by a contract wallet', () => {
  test('lives the same life on anvil as on our own chain', { timeout: 180_000 }, async () => {
    const [ours, anvils] = [await live(await onOurs()), await live(await onAnvil())]
    expect(ours.refused).toEqual(['DEED_SIGNATURE_WRONG', 'DEED_SIGNATURE_PARTY'])
    // Twelve rents and one late fee; the deposit came back.
    const rents = 12n * 1_000_000_000n + 50_000_000n
    const million = 1_000_000n * 1_000_000n
    expect(ours.balances).toEqual([million + rents, million - rents, 0n])
    expect(ours.told.at(-1)).toMatchObject({ state: 'ended', open: [], balances: [] })
    expect(anvils).toEqual(ours)
  })

  test('and a script is performed on anvil as on our own chain', { timeout: 120_000 }, async () => {
    const play = async (...where: string[]) => {
      const { exit, out, err } = await runDeed([
        'perform',
        'examples/lease',
        '--scenario',
        'damage-ruled',
        '--json',
        ...where,
      ])
      expect([exit, err]).toEqual([0, []])
      return out.map((line) => {
        const { block: _block, tx: _tx, head: _head, time, ...told } = JSON.parse(line)
        // Blocks between two instants take a second each on anvil, and none here.
        return { ...told, time: time?.slice(0, '2027-01-01T00:00'.length) }
      })
    }
    const anvil = await startAnvil('--timestamp', String(Date.UTC(2027, 0, 1) / 1000))
    onTestFinished(() => anvil.close())
    const told = await play('--rpc', anvil.url)
    expect(told.length).toBeGreaterThan(40)
    expect(told).toEqual(await play())
  })
})
