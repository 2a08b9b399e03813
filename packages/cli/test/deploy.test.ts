/** A deed goes to a chain when all have signed, and not before: every way in which a signature can fail to hold. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEV_PRIVATE_KEYS } from '@deed/chain'
import { Wallet } from 'ethers'
import { toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { agreement, change, copyOf, done, filledLease, openChain, sealed } from './life.ts'
import { runDeed } from './run-deed.ts'

let chain: Awaited<ReturnType<typeof openChain>>
let rpc: string[]

beforeAll(async () => {
  chain = await openChain('2027-01-10')
  rpc = ['--rpc', chain.url]
})
afterAll(() => chain.close())

describe('deed agreement deploy', () => {
  let signed: string
  beforeAll(async () => {
    signed = await filledLease()
    for (const party of ['Landlord', 'Tenant'])
      await done(agreement('sign', signed, '--as', party, '--dev', ...rpc))
  })
  const tenant = (folder: string) => join(folder, 'signatures/Tenant.json')
  const resign = (folder: string, ...options: string[]) =>
    done(agreement('sign', folder, '--as', 'Tenant', '--dev', ...rpc, ...options))

  /** Each begins with a lease that both have signed, and ends with a signature of Tenant that does not hold. */
  const wrong: [what: string, code: string, spoil: (folder: string) => Promise<unknown> | unknown][] = [
    ['is missing', 'MISSING', (folder) => rmSync(tenant(folder))],
    ['is no signature', 'MISSING', (folder) => writeFileSync(tenant(folder), '{}')],
    [
      'was made for another text',
      'TEXT',
      async (folder) => {
        const text = join(folder, 'lease.deed')
        const before = readFileSync(text, 'utf8')
        writeFileSync(text, before.replace('Within 7 days', 'Within 8 days'))
        await done(agreement('emit', text))
        await resign(folder)
        writeFileSync(text, before)
        await done(agreement('emit', text))
      },
    ],
    [
      'was made for other code',
      'CODE',
      (folder) => change(tenant(folder), (file) => ({ ...file, code: `0x${'00'.repeat(32)}` })),
    ],
    [
      'was made for other terms',
      'TERMS',
      async (folder) => {
        await done(agreement('fill', folder, '--term', 'rent=900 USDC'))
        await resign(folder)
        await done(agreement('fill', folder, '--term', 'rent=1,000 USDC'))
      },
    ],
    [
      'was made for another chain',
      'CHAIN',
      async (folder) => {
        await done(agreement('fill', folder, '--chain', '10'))
        const data = JSON.parse(
          (await done(agreement('sign', folder, '--as', 'Tenant', '--typed-data'))).join('\n'),
        )
        const signature = await devWallet(2).signTypedData(
          data.domain,
          withoutDomain(data.types),
          data.message,
        )
        change(tenant(folder), (file) => ({ ...file, chain: 10, signature }))
        await done(agreement('fill', folder, '--chain', '31337'))
      },
    ],
    [
      'was made for another deed of the same terms',
      'ADDRESS',
      async (folder) => {
        await done(agreement('fill', folder, '--number', '2'))
        await resign(folder)
        await done(agreement('fill', folder, '--number', '1'))
      },
    ],
    ['has run out', 'EXPIRED', (folder) => resign(folder, '--until', '2027-01-10T00:10:00Z')],
    [
      'is that of the other party',
      'PARTY',
      (folder) =>
        change(tenant(folder), () => ({
          ...JSON.parse(readFileSync(join(folder, 'signatures/Landlord.json'), 'utf8')),
          party: 'Tenant',
        })),
    ],
    [
      'claims what was not signed',
      'WRONG',
      async (folder) => {
        await resign(folder, '--until', '2027-01-15')
        change(tenant(folder), (file) => ({ ...file, before: '2028-01-15T00:00:00Z' }))
      },
    ],
    [
      'has the other of its two forms, which contracts do not take',
      'WRONG',
      (folder) =>
        change(tenant(folder), (file) => ({ ...file, signature: mirrored(String(file.signature)) })),
    ],
    [
      'was cut short',
      'WRONG',
      (folder) =>
        change(tenant(folder), (file) => ({ ...file, signature: String(file.signature).slice(0, -2) })),
    ],
  ]
  test.each(wrong)('refuses when the signature of one party %s: %s', async (_, code, spoil) => {
    const folder = copyOf(signed)
    await spoil(folder)
    await chain.request('evm_increaseTime', [code === 'EXPIRED' ? 3600 : 0])
    await chain.request('evm_mine', [])
    const blocks = await chain.request('eth_blockNumber', [])
    const { exit, err, out } = await agreement('deploy', folder, ...rpc)
    expect([exit, out, err.length]).toEqual([1, [], 1])
    expect(err[0]).toMatch(new RegExp(`^DEED_SIGNATURE_${code}: .*Tenant`))
    expect(await chain.request('eth_blockNumber', [])).toBe(blocks)
    // As the page and other programs read it.
    const { parties, state } = JSON.parse((await done(agreement('status', folder, ...rpc, '--json')))[0]!)
    expect([state, parties.map((party: { code?: string }) => party.code)]).toEqual([
      'not deployed',
      [undefined, `DEED_SIGNATURE_${code}`],
    ])
  })

  test('names every party whose signature is missing', async () => {
    const { err } = await agreement('deploy', await filledLease({ rent: '700 USDC' }), ...rpc)
    expect(err.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'DEED_SIGNATURE_MISSING: Landlord',
      'DEED_SIGNATURE_MISSING: Tenant',
    ])
  })

  test('refuses a chain of another id, one that is away, and none', async () => {
    const folder = copyOf(signed)
    expect((await agreement('deploy', folder, '--rpc', 'http://127.0.0.1:1')).err[0]).toMatch(
      /^DEED_CHAIN_AWAY: /,
    )
    expect((await agreement('deploy', folder)).err[0]).toMatch(/^DEED_USAGE: /)
    change(join(folder, 'terms.json'), (terms) => ({ ...terms, chain: 5 }))
    expect((await agreement('deploy', folder, ...rpc)).err[0]).toMatch(/^DEED_WRONG_CHAIN: /)
  })

  test('says when whoever pays cannot, and goes on when it can', async () => {
    const folder = await filledLease({ rent: '4,321 USDC' })
    for (const party of ['Landlord', 'Tenant'])
      await done(agreement('sign', folder, '--as', party, '--dev', ...rpc))
    const payer = Wallet.createRandom()
    const keystore = join(folder, 'payer.json')
    writeFileSync(keystore, await sealed(payer.privateKey, 'x'))
    const line = ['agreement', 'deploy', folder, '--keystore', keystore, ...rpc]
    const env = { DEED_PASSWORD: 'x' }
    const poor = await runDeed(line, { env })
    expect([poor.exit, poor.err[0]]).toEqual([
      1,
      expect.stringMatching(/^DEED_CHAIN_REFUSED: .*insufficient funds.*run the same again\.$/),
    ])
    await chain.request('hardhat_setBalance', [payer.address, '0xde0b6b3a7640000'])
    expect((await done(runDeed(line, { env }))).at(-1)).toMatch(/^The deed has begun/)
  })

  test('refuses what could not begin any more by the words of the text', async () => {
    const snapshot = await chain.request('evm_snapshot', [])
    await chain.request('evm_setNextBlockTimestamp', [`0x${(Date.UTC(2027, 1, 1) / 1000).toString(16)}`])
    await chain.request('evm_mine', [])
    const { err } = await agreement('deploy', signed, ...rpc)
    expect(err[0]).toMatch(/^DEED_SIGNING_REQUIRES: .*"Signing requires today is before start\."/)
    await chain.request('evm_revert', [snapshot])
  })

  test('deploys when all have signed, says how it stands, and changes nothing when it is run again', async () => {
    const ready = JSON.parse((await done(agreement('deploy', signed, ...rpc, '--check', '--json')))[0]!)
    const first = JSON.parse((await done(agreement('deploy', signed, ...rpc, '--json')))[0]!)
    expect([first.contract, first.begun, first.chain]).toEqual([ready.contract, true, 31337])
    const again = JSON.parse((await done(agreement('deploy', signed, ...rpc, '--json')))[0]!)
    expect(again).toEqual(first)
    expect(JSON.parse((await done(agreement('status', signed, ...rpc, '--json')))[0]!)).toMatchObject({
      deed: 'Residential lease',
      state: 'running',
      open: [
        {
          clause: 2,
          name: 'Deposit',
          when: 'By start (1 February 2027) - 1 day',
          due: '2027-02-01T00:00:00Z',
          overdue: false,
          acts: [
            {
              by: ['Tenant'],
              must: true,
              sentence: 'Tenant must pay deposit (2,000.00 USDC) into security',
              possible: true,
            },
          ],
          otherwise: ['End.'],
        },
      ],
      holdings: [{ name: 'security', amount: '0', owner: 'Tenant' }],
      debts: [{ name: 'arrears', amount: '0', debtor: 'Tenant', creditor: 'Landlord' }],
      balances: [],
    })
    const text = (await done(agreement('status', signed, ...rpc))).join('\n')
    expect(text).toContain(
      '  Until the end of 2027-01-31 UTC\n  ! Tenant must pay deposit (2,000.00 USDC) into security',
    )
  })

  test('goes on where it was stopped', async () => {
    const folder = await filledLease({ rent: '1,234 USDC' })
    for (const party of ['Landlord', 'Tenant'])
      await done(agreement('sign', folder, '--as', party, '--dev', ...rpc))
    const alone = copyOf(folder)
    // Stopped after the first signature: as if the process had been killed there.
    const stopped = await stopAfterFirstSignature(folder)
    expect(stopped).toMatch(/Landlord has signed/)
    const state = JSON.parse((await done(agreement('status', alone, ...rpc, '--json')))[0]!)
    expect([state.state, state.parties.map((party: { signed: unknown }) => party.signed !== null)]).toEqual([
      'signing',
      [true, false, false],
    ])
    // Whoever has only Tenant's file can bring it now.
    rmSync(join(alone, 'signatures/Landlord.json'))
    const lines = await done(agreement('deploy', alone, ...rpc))
    expect(lines.join('\n')).toMatch(/already\nTenant has signed, in block \d+\nThe deed has begun/)
  })
})

const devWallet = (index: number) => new Wallet(toHex(DEV_PRIVATE_KEYS[index]!))
const withoutDomain = ({ EIP712Domain: _, ...types }: Record<string, never>) => types

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
/** The same signature with the other s, which the same key could have made. */
const mirrored = (signature: string): string => {
  const s = (ORDER - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, '0')
  return `${signature.slice(0, 66)}${s}${signature.endsWith('1b') ? '1c' : '1b'}`
}

const stopAfterFirstSignature = async (folder: string): Promise<string> => {
  let said = ''
  const halt = new Error('stopped here')
  const onOut = (line: string) => {
    said += line
    if (/has signed/.test(line)) throw halt
  }
  await runDeed(['agreement', 'deploy', folder, ...rpc], { onOut })
  return said
}
