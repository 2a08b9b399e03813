/**
 * A landlord and a tenant agree on a flat, sign, and from then on the lease performs itself. The story follows the
 * folders of the house: text, compiler, signatures, mempool, block, engine, state, receipts, index, keeper, gateway,
 * and what a person sees. Every part is the real one; only the clock is ours.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deedAbi, type Outline, outlineSchema } from '@deed/agreement'
import { replay } from '@deed/chain'
import type { Deed, DeedDocument, KeeperStatus } from '@deed/platform'
import { type Artifact, compile } from '@deed/solidity'
import {
  type Abi,
  type Address,
  encodeFunctionData,
  getAddress,
  type Hex,
  keccak256,
  parseEventLogs,
  parseUnits,
} from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chainOptions, openTown, person, secondsOf, type Town } from './town.ts'

const root = join(import.meta.dirname, '../..')
const example = join(root, 'examples/lease')
const dollars = (amount: string) => parseUnits(amount, 6)
const [builder, landlord, tenant, arbiter] = [person(0), person(1), person(2), person(3)]
const bytes = (file: string) => new Uint8Array(readFileSync(join(example, file)))

let text: string
let outline: Outline
let lease: Artifact
let dollar: Artifact
const abiOf = ({ abi }: Artifact) => abi as unknown as Abi

/** Terms of a lease from 1 February 2027, in the order of the text. */
const termsWith = (usdc: Address) => ({
  landlord: landlord.address,
  tenant: tenant.address,
  arbiter: arbiter.address,
  usdc,
  rent: dollars('1000'),
  start: secondsOf('2027-02-01') / 86_400,
  inventory: keccak256(bytes('documents/inventory.md')),
})

/** A party signs every value of the lease, as a wallet shows them. */
const signatureOf = (party: typeof landlord, deed: Address, usdc: Address, before: bigint): Promise<Hex> =>
  party.signTypedData({
    domain: { name: outline.title, version: '1', chainId: 31337, verifyingContract: deed },
    primaryType: 'Signature',
    types: {
      Signature: [
        { name: 'text', type: 'bytes32' },
        { name: 'terms', type: 'Terms' },
        { name: 'party', type: 'address' },
        { name: 'before', type: 'uint256' },
      ],
      Terms: [
        { name: 'landlord', type: 'address' },
        { name: 'tenant', type: 'address' },
        { name: 'arbiter', type: 'address' },
        { name: 'usdc', type: 'address' },
        { name: 'rent', type: 'uint128' },
        { name: 'start', type: 'uint32' },
        { name: 'inventory', type: 'bytes32' },
      ],
    },
    message: { text: outline.text, terms: termsWith(usdc), party: party.address, before },
  })

beforeAll(async () => {
  text = readFileSync(join(example, 'lease.deed'), 'utf8')
  outline = outlineSchema.parse(JSON.parse(readFileSync(join(example, 'outline.json'), 'utf8')))
  const entries = ['Lease.sol']
  // Where the command keeps them too: a compiler runs only for what is new.
  const cacheFolder = join(root, 'node_modules/.cache/deed/solidity')
  lease = (await compile({ root: example, entries, cacheFolder })).artifacts.find(
    ({ name }) => name === 'Lease',
  )!
  const source = { root: join(root, 'contracts/src'), entries: ['TestToken.sol'], cacheFolder }
  dollar = (await compile(source)).artifacts.find(({ name }) => name === 'TestToken')!
})

describe('a year in a flat', () => {
  let town: Town
  let usdc: Address
  let deed: Address
  const balance = (who: Address) => town.read(usdc, abiOf(dollar), 'balanceOf', [who])
  const seen = async (): Promise<Deed> => town.get(`/api/deeds/${deed}`)

  beforeAll(async () => {
    town = await openTown('2027-01-10')
  })
  afterAll(() => town.close())

  it('agreement: the text is the deed, and what the machine goes by is its outline', () => {
    expect(keccak256(new TextEncoder().encode(text))).toBe(outline.text)
    const headings = [...text.matchAll(/^## (\d+)\. (.+)$/gm)].map(([, number, name]) => [
      Number(number),
      name,
    ])
    expect(outline.clauses.map(({ number, name }) => [number, name])).toEqual(headings)
    for (const { sentence } of outline.clauses.flatMap(({ acts }) => acts)) {
      expect(text.replace(/\s+/g, ' ')).toContain(sentence)
    }
  })

  it('solidity: the contract has a function for every act of the text, and fits on a chain', () => {
    const functions = Object.keys(lease.methodIdentifiers).map((signature) => signature.split('(')[0])
    for (const { function: name } of outline.clauses.flatMap(({ acts }) => acts))
      expect(functions).toContain(name)
    expect((lease.deployedBytecode.object.length - 2) / 2).toBeLessThanOrEqual(24_576)
  })

  it('sign and deploy: the lease begins when both have signed, and not before', async () => {
    usdc = await town.deploy(builder, abiOf(dollar), dollar.bytecode.object, [builder.address, 'tUSDC', 6])
    await town.act(builder, usdc, abiOf(dollar), 'mint', [tenant.address, dollars('20000')])
    const args = [outline.text, termsWith(usdc)]
    deed = await town.deploy(landlord, abiOf(lease), lease.bytecode.object, args)
    await town.platform.register({ outline, text, abi: [...lease.abi] })

    const before = BigInt(secondsOf('2027-01-20'))
    const sign = async (party: typeof landlord) =>
      town.act(party, deed, deedAbi, 'sign', [
        party.address,
        before,
        await signatureOf(party, deed, usdc, before),
      ])
    await sign(landlord)
    expect(await town.read(deed, deedAbi, 'begun')).toBe(false)
    // Nobody signs for somebody else.
    const forged = await signatureOf(landlord, deed, usdc, before)
    await expect(town.act(landlord, deed, deedAbi, 'sign', [tenant.address, before, forged])).rejects.toThrow(
      /BadSignature|revert/,
    )
    await sign(tenant)
    expect(await town.read(deed, deedAbi, 'begun')).toBe(true)
  })

  it('mempool, block, engine: the deposit waits, is mined, and is in force', async () => {
    await town.live('2027-01-22 12:00')
    await town.act(tenant, usdc, abiOf(dollar), 'approve', [deed, dollars('2000')])
    await town.node.request('evm_setAutomine', [false])
    const data = encodeFunctionData({ abi: abiOf(lease), functionName: 'depositPay' })
    const encoded = await town.signed(tenant, deed, data)
    const hash = (await town.node.request('eth_sendRawTransaction', [encoded])) as Hex
    expect(hash).toBe(keccak256(encoded))
    expect(await town.node.request('txpool_status')).toEqual({ pending: '0x1', queued: '0x0' })
    expect(await town.node.request('eth_getTransactionReceipt', [hash])).toBeNull()

    await town.node.request('evm_setAutomine', [true])
    const receipt = await town.client.getTransactionReceipt({ hash })
    const block = await town.client.getBlock({ blockNumber: receipt.blockNumber })
    expect(receipt.status).toBe('success')
    expect(block.transactions).toEqual([hash])
    expect(block.gasUsed).toBe(receipt.gasUsed)
    expect(await town.node.request('txpool_status')).toEqual({ pending: '0x0', queued: '0x0' })

    // Receipts and logs: the act comes first, then what follows from it.
    const events = parseEventLogs({ abi: deedAbi, logs: receipt.logs })
    expect(events[0]).toMatchObject({ eventName: 'Acted', args: { clause: 2, act: 1, by: tenant.address } })
    const opened = events
      .filter(({ eventName }) => eventName === 'Opened')
      .map(({ args }) => (args as { clause: number }).clause)
    expect(opened).toEqual([3, 4, 5, 6, 8])
  })

  it('state and trie: the money is in the deed, and the header commits to it', async () => {
    expect(await balance(deed)).toBe(dollars('2000'))
    expect(await balance(tenant.address)).toBe(dollars('18000'))
    const block = await town.client.getBlock()
    const proof = await town.client.getProof({ address: deed, storageKeys: [] })
    expect(keccak256(proof.accountProof[0]!)).toBe(block.stateRoot)
    // Yesterday can still be read: before the deposit the deed held nothing.
    const earlier = { address: usdc, abi: abiOf(dollar), functionName: 'balanceOf', args: [deed] }
    expect(await town.client.readContract({ ...earlier, blockNumber: block.number - 1n })).toBe(0n)
  })

  it('index: the platform has found the deed by its events', async () => {
    await town.platform.settle()
    const { title, state, parties, held, next } = await seen()
    expect({ title, state }).toEqual({ title: 'Residential lease', state: 'running' })
    expect(parties.map(({ name, address }) => [name, getAddress(address)])).toEqual([
      ['Landlord', landlord.address],
      ['Tenant', tenant.address],
      ['Arbiter', arbiter.address],
    ])
    expect(held).toEqual([{ token: usdc.toLowerCase(), amount: '2000000000' }])
    expect(next).toMatchObject({ clause: 3, due: secondsOf('2027-02-01') })
  })

  it('automation: rent falls due by itself, and what Tenant pays arrives in the wallet of Landlord', async () => {
    await town.live('2027-02-01 00:00')
    expect(await town.read(deed, abiOf(lease), 'arrears')).toBe(dollars('1000'))

    await town.act(tenant, usdc, abiOf(dollar), 'approve', [deed, dollars('12060')])
    await town.act(tenant, deed, abiOf(lease), 'paymentPay', [dollars('1000')])
    expect(await balance(landlord.address)).toBe(0n)
    await town.platform.settle()
    expect(await balance(landlord.address)).toBe(dollars('1000'))

    const { actions }: KeeperStatus = await town.get('/api/keeper')
    const [withdrawal, perform] = actions
    expect(withdrawal).toMatchObject({ action: 'withdraw', outcome: 'done' })
    expect(perform).toMatchObject({
      action: 'perform',
      outcome: 'done',
      reason: expect.stringContaining('3. Rent'),
    })
  })

  it('automation: nothing to do is nothing done', async () => {
    const head = await town.client.getBlockNumber()
    await town.platform.settle()
    expect(await town.client.getBlockNumber()).toBe(head)
  })

  it('a late month costs a fee', async () => {
    await town.live('2027-03-01 12:00')
    await town.live('2027-03-06 12:00')
    // 5% of 1,000.00 is 50.00, less than the cap of 60.00.
    expect(await town.read(deed, abiOf(lease), 'arrears')).toBe(dollars('1050'))
    await town.act(tenant, deed, abiOf(lease), 'paymentPay', [dollars('1050')])
  })

  it('gateway and studio: a person sees who must act by when, and what happens otherwise', async () => {
    await town.platform.settle()
    const { timeline, open, debts, holdings }: Deed = await seen()
    const entries = timeline.map(({ what, clause, amount }) => `${clause} ${what} ${amount ?? ''}`.trim())
    expect(entries).toContain('4 charge 50000000')
    expect(entries.at(-1)).toBe('0 withdraw 1050000000')
    expect(debts).toMatchObject([
      { name: 'arrears', shown: '0.00 USDC', debtor: 'Tenant', creditor: 'Landlord' },
    ])
    expect(holdings).toMatchObject([{ name: 'security', shown: '2,000.00 USDC', owner: 'Tenant' }])

    const rent = open.find(({ clause }) => clause === 3)!
    expect(rent).toMatchObject({ name: 'Rent', due: secondsOf('2027-04-01') })
    expect(rent.otherwise.join(' ')).toContain('to arrears')
    const termination = open.find(({ clause }) => clause === 8)!
    expect(termination.acts).toMatchObject([{ by: ['Landlord'], possible: false }])

    const document: DeedDocument = await town.get(`/api/deeds/${deed}/document`)
    const deposit = document.clauses.find(({ number }) => number === 2)!
    expect(deposit.status).toBe('closed')
    const words = deposit.blocks
      .flatMap((block) => ('parts' in block ? block.parts : []))
      .map((part) => part.text)
    expect(words.join('')).toContain('Tenant lodges 2,000.00 USDC before')
  })

  it('the year goes by, and at the end everybody has what is theirs', async () => {
    for (const month of ['04', '05', '06', '07', '08', '09', '10', '11', '12']) {
      await town.live(`2027-${month}-01 12:00`)
      await town.act(tenant, deed, abiOf(lease), 'paymentPay', [dollars('1000')])
    }
    await town.live('2028-01-01 12:00')
    await town.act(tenant, deed, abiOf(lease), 'paymentPay', [dollars('1000')])
    await town.live('2028-02-16 00:00')
    expect(await seen()).toMatchObject({ state: 'ended', held: [{ amount: '0' }], balances: [], open: [] })
    expect(await balance(landlord.address)).toBe(dollars('12050'))
    expect(await balance(tenant.address)).toBe(dollars('7950'))
    expect(await balance(deed)).toBe(0n)
  })

  it('played again from its inputs, the chain is the same to the last hash', async () => {
    const again = await replay(chainOptions('2027-01-10'), town.record)
    expect(again.chain.head.hash).toBe(town.node.chain.head.hash)
    await again.close()
  })
})

describe('a broken window', () => {
  let town: Town
  afterAll(() => town.close())

  it('is claimed, disputed and ruled, and nobody waits for the keeper', async () => {
    town = await openTown('2027-01-10')
    const usdc = await town.deploy(builder, abiOf(dollar), dollar.bytecode.object, [
      builder.address,
      'tUSDC',
      6,
    ])
    await town.act(builder, usdc, abiOf(dollar), 'mint', [tenant.address, dollars('20000')])
    const deed = await town.deploy(landlord, abiOf(lease), lease.bytecode.object, [
      outline.text,
      termsWith(usdc),
    ])
    const before = BigInt(secondsOf('2027-01-20'))
    for (const party of [landlord, tenant]) {
      const signature = await signatureOf(party, deed, usdc, before)
      await town.act(builder, deed, deedAbi, 'sign', [party.address, before, signature])
    }
    await town.act(tenant, usdc, abiOf(dollar), 'approve', [deed, dollars('20000')])
    await town.act(tenant, deed, abiOf(lease), 'depositPay')
    for (let month = 1; month <= 12; month++) {
      const day = new Date(Date.UTC(2027, month, 1)).toISOString().slice(0, 10)
      await town.live(`${day} 09:00`)
      await town.act(tenant, deed, abiOf(lease), 'paymentPay', [dollars('1000')])
    }

    // The keeper is asleep from here on: whoever acts brings the deed up to date.
    const request = (day: string) =>
      town.node.request('evm_setNextBlockTimestamp', [`0x${secondsOf(day).toString(16)}`])
    await request('2028-02-10 10:00')
    const report = { hash: keccak256(bytes('documents/damage.md')), uri: 'damage.md' }
    await town.act(landlord, deed, abiOf(lease), 'handoverClaim', [dollars('300'), report])
    await request('2028-02-12 10:00')
    await town.act(tenant, deed, abiOf(lease), 'answerDispute')
    await request('2028-03-01 10:00')
    await expect(town.act(landlord, deed, abiOf(lease), 'rulingRule', [dollars('300')])).rejects.toThrow()
    await town.act(arbiter, deed, abiOf(lease), 'rulingRule', [dollars('120')])

    await town.platform.settle()
    const balance = (who: Address) => town.read(usdc, abiOf(dollar), 'balanceOf', [who])
    expect(await balance(landlord.address)).toBe(dollars('12120'))
    expect(await balance(tenant.address)).toBe(dollars('7880'))
    expect(await balance(deed)).toBe(0n)
  })
})
