/** Every template can be filled in, signed and deployed as it comes, and says how it stands. */
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Address, encodeDeployData } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { devAccount } from '../src/perform/cast.ts'
import { compileProp } from '../src/perform/contract.ts'
import { dayOf, instantOf, isoOf } from '../src/perform/instant.ts'
import { send } from '../src/perform/stage.ts'
import { connect } from '../src/signing/connect.ts'
import { agreement, done, newFolder, openChain, termsArguments } from './life.ts'

let chain: Awaited<ReturnType<typeof openChain>>

beforeAll(async () => {
  chain = await openChain('2027-01-02')
})
afterAll(() => chain.close())

const EXAMPLES = new URL('../../../examples/', import.meta.url).pathname

const templates = globSync('*/*.deed', { cwd: EXAMPLES }).map(dirname).sort()

/** Of a scenario that comes with the template: its words are those that `fill` takes, but for days counted from a start. */
const termsOf = (name: string): Record<string, string> => {
  const [first] = readdirSync(join(EXAMPLES, name, 'scenarios')).sort()
  const { terms } = JSON.parse(readFileSync(join(EXAMPLES, name, 'scenarios', first!), 'utf8'))
  const start = dayOf(terms.start ?? '2027-06-01')!
  const plain = (words: string) =>
    /^start\b/.test(words) ? isoOf(Math.floor(instantOf(words, start) / 86_400)) : words
  return Object.fromEntries(
    Object.entries(terms as Record<string, string>).map(([key, words]) => [key, plain(words)]),
  )
}

const deployProp = async (prop: 'TestTitle' | 'TestFeed', args: unknown[]): Promise<Address> => {
  const { abi, bytecode } = await compileProp(prop)
  const data = encodeDeployData({ abi, bytecode, args: [devAccount(0).address, ...args] } as never)
  return (await send(await connect(chain.url, 31337), { from: devAccount(0), data })).contractAddress!
}

test('there are eight of them', () => {
  expect(templates).toHaveLength(8)
})

test.each(templates)('%s', { timeout: 180_000 }, async (name) => {
  const folder = newFolder()
  await done(agreement('new', name, folder))
  const outline = JSON.parse(readFileSync(join(folder, 'outline.json'), 'utf8'))
  const parties: { name: string; role: string }[] = outline.parties
  const terms: Record<string, string> = { ...termsOf(name) }
  parties.forEach((party, i) => {
    terms[party.name] = `dev:${i + 1}`
  })
  for (const token of outline.tokens) {
    if (token.kind === 'native') continue
    terms[token.name] = token.kind === 'unique' ? await deployProp('TestTitle', [token.name]) : 'test'
    if (token.kind === 'unique') terms[`${token.name}-id`] = '1'
  }
  for (const feed of outline.feeds ?? []) terms[feed.name] = await deployProp('TestFeed', [])
  await done(agreement('fill', folder, ...termsArguments(terms)))
  const rpc = ['--rpc', chain.url]
  const signers = parties.filter(({ role }) => role === 'party')
  for (const party of signers) await done(agreement('sign', folder, '--as', party.name, '--dev', ...rpc))
  const { begun } = JSON.parse((await done(agreement('deploy', folder, ...rpc, '--json')))[0]!)
  const { state, open } = JSON.parse((await done(agreement('status', folder, ...rpc, '--json')))[0]!)
  expect([begun, state, open.length > 0]).toEqual([true, 'running', true])
  // Who must act by when, and what happens otherwise, without a name whose figure is known and missing.
  for (const clause of open) {
    expect(Date.parse(clause.due)).toBeGreaterThan(Date.UTC(2027, 0, 2))
    expect(clause.otherwise.length).toBeGreaterThan(0)
  }
  expect((await done(agreement('status', folder, ...rpc))).join('\n')).toMatch(/in force\n/)
})
