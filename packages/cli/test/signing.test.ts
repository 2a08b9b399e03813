/** From the template to a signature, by the commands; and everything that cannot be filled in or signed. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { agreement, copyOf, done, filledLease, newFolder, openChain, sealed, termsArguments } from './life.ts'
import { runDeed } from './run-deed.ts'

/** A key that only this test has. */
const KEY = `0x${'5eed'.repeat(16)}` as const
const OWN = privateKeyToAccount(KEY)

let chain: Awaited<ReturnType<typeof openChain>>
let rpc: string[]

beforeAll(async () => {
  chain = await openChain('2027-01-10')
  rpc = ['--rpc', chain.url]
})
afterAll(() => chain.close())

describe('deed agreement new', () => {
  test('lists the templates, and copies one that can be read at once', async () => {
    const names = JSON.parse((await done(agreement('new', '--json')))[0]!).map(
      (each: { name: string }) => each.name,
    )
    expect(names).toEqual(['consent', 'cover', 'credit', 'escrow', 'lease', 'loan', 'service', 'shipment'])
    const folder = newFolder()
    await done(agreement('new', 'lease', folder))
    expect((await done(agreement('check', join(folder, 'lease.deed')))).join('\n')).toContain('no errors')
  })

  test('never writes over anything', async () => {
    const folder = newFolder()
    await done(agreement('new', 'lease', folder))
    writeFileSync(join(folder, 'lease.deed'), 'mine')
    const { exit, err } = await agreement('new', 'escrow', folder)
    expect([exit, err[0]]).toEqual([1, expect.stringMatching(/^DEED_FOLDER_TAKEN: /)])
    expect(readFileSync(join(folder, 'lease.deed'), 'utf8')).toBe('mine')
  })

  test('knows what was meant', async () => {
    expect((await agreement('new', 'leese')).err[0]).toMatch(
      /^DEED_UNKNOWN_TEMPLATE: .*Did you mean "lease"\?$/,
    )
  })
})

describe('deed agreement fill', () => {
  let folder: string
  beforeAll(async () => {
    folder = await filledLease()
  })
  const terms = () => readFileSync(join(folder, 'terms.json'), 'utf8')

  const wrong: [terms: Record<string, string>, code: string, says: RegExp][] = [
    [
      { rent: '99.99 USDC' },
      'DEED_OUT_OF_BOUNDS',
      /rent is 99\.99 USDC, and lies from 100\.00 USDC to 20,000\.00 USDC/,
    ],
    [{ rent: '20,000.000001 USDC' }, 'DEED_OUT_OF_BOUNDS', /20,000\.000001 USDC/],
    [{ rent: '1,000.0000001 USDC' }, 'DEED_BAD_VALUE', /such as 1,000 USDC/],
    [{ rent: '1000' }, 'DEED_BAD_VALUE', /such as 1,000 USDC/],
    [{ rent: '1,000 EUR' }, 'DEED_BAD_VALUE', /such as 1,000 USDC/],
    [{ rent: '-5 USDC' }, 'DEED_OUT_OF_BOUNDS', /-5\.00 USDC/],
    [{ start: '2026-12-31' }, 'DEED_OUT_OF_BOUNDS', /lies from 1 January 2027 to 31 December 2030/],
    [{ start: '2027-02-30' }, 'DEED_BAD_VALUE', /such as 2027-02-01/],
    [{ inventory: 'documents/nothing.md' }, 'DEED_BAD_VALUE', /no file "documents\/nothing\.md"/],
    [{ inventory: '../../secret.md' }, 'DEED_BAD_VALUE', /no file/],
    [{ Tenant: 'dev:1' }, 'DEED_OUT_OF_BOUNDS', /Tenant is the account of Landlord too/],
    [
      { Tenant: '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293Bc' },
      'DEED_BAD_VALUE',
      /mistyped.*0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC/,
    ],
    [{ Tenant: `0x${'0'.repeat(40)}` }, 'DEED_BAD_VALUE', /address/],
    [{ Tenant: 'Alice' }, 'DEED_BAD_VALUE', /address/],
    [{ rant: '1,000 USDC' }, 'DEED_UNKNOWN_TERM', /Did you mean "rent"/],
  ]
  test.each(wrong)('refuses %o with %s, and writes nothing', async (values, code, says) => {
    const before = terms()
    const { exit, err } = await agreement('fill', folder, ...termsArguments(values))
    expect([exit, err[0]]).toEqual([1, expect.stringMatching(new RegExp(`^${code}: `))])
    expect(err[0]).toMatch(says)
    expect(terms()).toBe(before)
  })

  test('says what is open, and what each takes', async () => {
    const { exit, out } = await agreement('fill', folder, '--term', 'rent=', '--json')
    const { open } = JSON.parse(out[0]!)
    expect([exit, open]).toEqual([
      1,
      [
        {
          name: 'rent',
          takes: 'an amount such as 1,000 USDC',
          sentence: 'rent is an amount in USDC from 100 USDC to 20,000 USDC, agreed at signing.',
        },
      ],
    ])
    for (const command of ['sign', 'deploy', 'status'])
      expect(
        (await agreement(command, folder, ...(command === 'sign' ? ['--as', 'Tenant', '--dev'] : rpc)))
          .err[0],
      ).toMatch(/^DEED_BLANKS_OPEN: rent is not filled in yet/)
    await done(agreement('fill', folder, '--term', 'rent=1,000 USDC'))
  })

  test('asks for each blank until the answer can stand, and keeps what was answered', async () => {
    const fresh = newFolder()
    await done(agreement('new', 'lease', fresh))
    const answers = ['dev:1', 'dev:1', 'dev:2', 'dev:3', 'test', '5 USDC', '1,500 USDC', '2027-02-01']
    const asked: string[] = []
    const ask = async (question: string) => {
      asked.push(question.split(' ')[0]!)
      const answer = answers.shift()
      if (answer === undefined) throw new Error('Ctrl-C')
      return answer
    }
    const { err } = await runDeed(['agreement', 'fill', fresh], { ask })
    expect(asked).toEqual([
      'Landlord',
      'Tenant',
      'Tenant',
      'Arbiter',
      'USDC',
      'rent',
      'rent',
      'start',
      'inventory',
    ])
    expect(err.filter((line) => line.startsWith('DEED_')).map((line) => line.split(':')[0])).toEqual([
      'DEED_OUT_OF_BOUNDS',
      'DEED_OUT_OF_BOUNDS',
      'DEED_INTERNAL',
    ])
    expect(JSON.parse(readFileSync(join(fresh, 'terms.json'), 'utf8')).terms.rent).toBe('1,500 USDC')
  })

  test('gives no public key to another chain', async () => {
    const { err } = await agreement('fill', folder, '--chain', '1', '--term', 'Tenant=dev:4')
    expect(err[0]).toMatch(/^DEED_DEV_KEY: Tenant cannot be dev:4 on chain 1/)
  })
})

describe('deed agreement explain', () => {
  test('shows the document with its figures, and what is proved', async () => {
    const folder = await filledLease()
    const text = (await done(agreement('explain', folder))).join('\n')
    expect(text).toContain('Tenant lodges 2,000.00 USDC before 1 February 2027.')
    expect(text).toContain('- Tenant must pay deposit (2,000.00 USDC) into security:')
    expect(text).toContain('Where the paragraphs and the bullets differ, the bullets prevail.')
    expect(text).toContain('This deed ends by finish + 61 days at the latest')
    const { document, facts, figures } = JSON.parse((await done(agreement('explain', folder, '--json')))[0]!)
    expect([document.clauses.length, facts.length > 10, figures.deposit]).toEqual([12, true, '2,000.00 USDC'])
  })

  test('leaves what is open in brackets', async () => {
    expect((await done(agreement('explain', 'examples/lease'))).join('\n')).toContain(
      'Tenant lodges [deposit] before [start].',
    )
  })

  test('writes a page that stands alone, and no word of the text becomes HTML', async () => {
    const folder = await filledLease()
    const text = join(folder, 'lease.deed')
    writeFileSync(text, readFileSync(text, 'utf8').replace('Silence is', 'Silence & "quiet" is'))
    await done(agreement('format', text))
    await done(agreement('emit', text))
    const page = join(folder, 'page.html')
    await done(agreement('explain', folder, '--html', page))
    const html = readFileSync(page, 'utf8')
    expect(html).toContain('Silence &amp; &quot;quiet&quot; is acceptance of the claim.')
    expect(html.match(/<ul>/g)!.length).toBe(html.match(/<\/ul>/g)!.length)
    expect(html).not.toMatch(/<script|https?:|url\(/)
  })
})

describe('deed agreement sign', () => {
  let folder: string
  let keystore: string
  beforeAll(async () => {
    folder = await filledLease({ Tenant: OWN.address })
    keystore = join(folder, 'tenant.json')
    writeFileSync(keystore, await sealed(KEY, 'open sesame'))
  })

  test('with a keystore, whose password is asked for, in the environment, or in a file', async () => {
    const password = join(folder, 'password')
    writeFileSync(password, 'open sesame\n')
    const hidden: unknown[] = []
    const ask = async (_: string, how?: { readonly hidden?: boolean }) => {
      hidden.push(how?.hidden)
      return 'open sesame'
    }
    const line = ['agreement', 'sign', folder, '--keystore', keystore, '--json', ...rpc]
    const runs = [
      await runDeed(line, { ask }),
      await runDeed(line, { env: { DEED_PASSWORD: 'open sesame' } }),
      await runDeed([...line, '--password-file', password]),
    ]
    const files = runs.map(({ out, err }) => [err, JSON.parse(out[0]!).signature])
    // A key signs the same thing the same way.
    expect(files).toEqual(Array(3).fill([[], files[0]![1]]))
    expect(hidden).toEqual([true])
    const { party, signer, terms, chain } = JSON.parse(
      readFileSync(join(folder, 'signatures/Tenant.json'), 'utf8'),
    )
    expect([party, signer, terms.rent, chain]).toEqual(['Tenant', OWN.address, '1,000.00 USDC', 31337])
  })

  const refusals: [argv: () => string[], code: string][] = [
    [() => ['--keystore', keystore], 'DEED_NO_PASSWORD'],
    [() => ['--keystore', join(folder, 'nothing.json'), '--as', 'Tenant'], 'DEED_NOT_FOUND'],
    [() => ['--as', 'Tenant', '--dev'], 'DEED_DEV_KEY'],
    [() => ['--as', 'Arbiter', '--dev'], 'DEED_UNKNOWN_PARTY'],
    [() => ['--as', 'Tenent', '--dev'], 'DEED_UNKNOWN_PARTY'],
    [() => ['--as', 'Landlord'], 'DEED_NO_KEY'],
    [() => ['--dev'], 'DEED_USAGE'],
    [() => ['--as', 'Landlord', '--dev', '--until', '2027-01-09'], 'DEED_DATE_PAST'],
    [() => ['--as', 'Landlord', '--signature', '0x123'], 'DEED_BAD_OPTION'],
    [() => ['--as', 'Landlord', '--signature', `0x${'11'.repeat(65)}`], 'DEED_SIGNATURE_WRONG'],
  ]
  test.each(refusals)('refuses what cannot be one: %s %s', async (argv, code) => {
    const { exit, err } = await agreement('sign', folder, ...argv(), ...rpc)
    expect([exit > 0, err[0]]).toEqual([true, expect.stringMatching(new RegExp(`^${code}: `))])
  })

  test('refuses the key of somebody else, and a wrong password', async () => {
    const env = { DEED_PASSWORD: 'open sesame' }
    const other = await runDeed(['agreement', 'sign', folder, '--as', 'Landlord', '--keystore', keystore], {
      env,
    })
    expect(other.err[0]).toMatch(/^DEED_SIGNATURE_PARTY: The key is that of 0x.*, and Landlord is 0x/)
    const wrong = await runDeed(['agreement', 'sign', folder, '--keystore', keystore], {
      env: { DEED_PASSWORD: 'no' },
    })
    expect(wrong.err[0]).toMatch(/^DEED_WRONG_PASSWORD: /)
  })

  test('prints what a wallet elsewhere is to sign, and takes what it made of it', async () => {
    const line = ['sign', folder, '--as', 'Tenant', '--until', '2027-01-20', ...rpc]
    const data = JSON.parse((await done(agreement(...line, '--typed-data'))).join('\n'))
    expect(Object.keys(data.types)).toEqual(['EIP712Domain', 'Signature', 'Terms'])
    const { EIP712Domain: _, ...types } = data.types
    const signature = await new Wallet(KEY).signTypedData(data.domain, types, data.message)
    await done(agreement(...line, '--signature', signature))
    expect(JSON.parse(readFileSync(join(folder, 'signatures/Tenant.json'), 'utf8')).before).toBe(
      '2027-01-20T00:00:00Z',
    )
  })

  test('signs no text that is laid out otherwise, has errors, or has other code beside it', async () => {
    const copy = copyOf(folder)
    const text = readFileSync(join(copy, 'lease.deed'), 'utf8')
    const code = async () =>
      (await agreement('sign', copy, '--as', 'Landlord', '--dev')).err[0]!.split(':')[0]
    writeFileSync(join(copy, 'lease.deed'), text.replace('- Tenant must', '-  Tenant must'))
    expect(await code()).toBe('DEED_LAYOUT')
    writeFileSync(join(copy, 'lease.deed'), text.replace('Tenant must pay', 'Tenant must burn'))
    expect(await code()).toBe('DEED_NOT_PROVED')
    writeFileSync(join(copy, 'lease.deed'), text)
    writeFileSync(join(copy, 'Lease.sol'), `${readFileSync(join(copy, 'Lease.sol'), 'utf8')}// more\n`)
    expect(await code()).toBe('DEED_CODE_CHANGED')
  })
})
