/** forge as it comes from npm, with the compiler of npm: scripts that broadcast, contracts that are created, tests on a fork. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Deed, startDeed } from './deed.ts'
import { foundryBinary } from './foundry.ts'
import { createProject, type TemporaryProject } from './temporary-project.ts'

const COUNT = '0x06661abd'
/** Of the first account of the development mnemonic. */
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

let deed: Deed
let project: TemporaryProject
beforeAll(async () => {
  deed = await startDeed()
  project = createProject()
})
afterAll(async () => {
  await deed.close()
  project.remove()
})

const forge = async (command: string, ...args: string[]): Promise<string> => {
  const options = { cwd: project.folder, env: { ...process.env, NO_COLOR: '1' } }
  const { stdout } = await promisify(execFile)(
    foundryBinary('forge'),
    [command, '--use', project.solc, ...args],
    options,
  )
  return stdout
}
const count = async (counter: string) =>
  Number(await deed.rpc<string>('eth_call', { to: counter, data: COUNT }, 'latest'))
/** What forge wrote down of the last script that it broadcast. */
const broadcast = (): {
  transactions: { contractAddress: string; hash: string }[]
  receipts: { status: string }[]
} => JSON.parse(readFileSync(join(project.folder, 'broadcast/Deploy.s.sol/31337/run-latest.json'), 'utf8'))

describe('forge', () => {
  it.each([
    ['with a key', ['--private-key', KEY]],
    ['through an unlocked account', ['--unlocked', '--sender', '0x70997970C51812dc3A010C7d01b50e0d17dc79C8']],
    ['one transaction after the other', ['--slow', '--legacy', '--private-key', KEY]],
  ])('script --broadcast deploys and calls %s', async (_, signer) => {
    const said = await forge('script', 'script/Deploy.s.sol', '--rpc-url', deed.url, '--broadcast', ...signer)
    expect(said).toContain('ONCHAIN EXECUTION COMPLETE & SUCCESSFUL')
    const { transactions, receipts } = broadcast()
    expect(receipts.map(({ status }) => status)).toEqual(['0x1', '0x1', '0x1'])
    expect(await count(transactions[0]!.contractAddress)).toBe(42)
  })

  it('script says what reverts, and sends nothing', async () => {
    const before = await deed.rpc('eth_blockNumber')
    const script = forge(
      'script',
      'script/Deploy.s.sol',
      '--sig',
      'fail()',
      '--rpc-url',
      deed.url,
      '--broadcast',
      '--private-key',
      KEY,
    )
    await expect(script).rejects.toThrow(/not seven/)
    expect(await deed.rpc('eth_blockNumber')).toBe(before)
  })

  it('create deploys with constructor arguments', async () => {
    const said = await forge(
      'create',
      'contracts/Counter.sol:Counter',
      '--rpc-url',
      deed.url,
      '--broadcast',
      '--private-key',
      KEY,
      '--json',
      '--constructor-args',
      '7',
    )
    const { deployedTo, transactionHash } = JSON.parse(said)
    expect(await count(deployedTo)).toBe(7)
    expect(await deed.rpc('eth_getTransactionReceipt', transactionHash)).toMatchObject({ status: '0x1' })
  })

  it('runs a script on a fork of our chain, where what is deployed is there', async () => {
    const said = await forge(
      'create',
      'contracts/Counter.sol:Counter',
      '--rpc-url',
      deed.url,
      '--broadcast',
      '--private-key',
      KEY,
      '--json',
      '--constructor-args',
      '8',
    )
    const { deployedTo } = JSON.parse(said)
    const read = await forge(
      'script',
      'script/Deploy.s.sol',
      '--sig',
      'read(address)',
      deployedTo,
      '--fork-url',
      deed.url,
    )
    expect(read).toMatch(/count: uint256 8/)
  })
})
