/** The chain of `deed dev` in its folder: restarts, kill -9, one owner, export, import, reset. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runDeed } from './run-deed.ts'

const scratch = mkdtempSync(join(tmpdir(), 'deed-cli-disk-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const newFolder = () => mkdtempSync(join(scratch, 'data-'))

interface Ready {
  readonly url: string
  readonly block: number
  readonly chain: number
  readonly accounts: string[]
}

/** `deed dev` in a folder, until `stop` is called. */
const dev = async (folder: string, ...more: string[]) => {
  const controller = new AbortController()
  const ready = Promise.withResolvers<Ready>()
  const argv = ['dev', '--port', '0', '--no-platform', '--json', '--data', folder, ...more]
  const ended = runDeed(argv, {
    stop: controller.signal,
    onOut: (line) => {
      const event = JSON.parse(line)
      if (event.event === 'ready') ready.resolve(event)
    },
  })
  ended.then(({ err }) => ready.reject(new Error(err.join('\n'))))
  const found = await ready.promise
  return {
    ...found,
    rpc: async (method: string, params: unknown[] = []) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
      const headers = { 'content-type': 'application/json' }
      return ((await (await fetch(found.url, { method: 'POST', headers, body })).json()) as { result: never })
        .result
    },
    stop: async () => {
      controller.abort()
      const { exit, out } = await ended
      expect(exit).toBe(0)
      return out
    },
  }
}

const pay = ({ rpc, accounts }: Awaited<ReturnType<typeof dev>>) =>
  rpc('eth_sendTransaction', [{ from: accounts[0], to: accounts[1], value: '0x1' }])

describe('deed dev', { timeout: 60_000 }, () => {
  it('goes on where it was, after Ctrl-C and after kill -9', async () => {
    const folder = newFolder()
    const first = await dev(folder)
    expect(first.block).toBe(0)
    const hash = await pay(first)
    await first.rpc('evm_setAutomine', [false])
    const waiting = await pay(first)
    await first.stop()
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('*\n')

    const second = await dev(folder)
    expect(second.block).toBe(1)
    expect(await second.rpc('eth_getTransactionReceipt', [hash])).toMatchObject({ blockNumber: '0x1' })
    await second.rpc('evm_setAutomine', [true])
    expect(await second.rpc('eth_getTransactionReceipt', [waiting])).toMatchObject({ blockNumber: '0x2' })
    process.kill(second.chain, 'SIGKILL')
    // The supervisor starts it again on the same port, and nothing was lost.
    await expect.poll(() => second.rpc('eth_blockNumber').catch(() => ''), { timeout: 20_000 }).toBe('0x2')
    await pay(second)
    expect((await second.stop()).join('\n')).toMatch(/It goes on where it was/)
  })

  it('has a folder to itself, and says who has it', async () => {
    const folder = newFolder()
    const first = await dev(folder)
    const { exit, err } = await runDeed(['dev', '--port', '0', '--data', folder])
    expect(exit).toBe(1)
    expect(err.join('\n')).toMatch(new RegExp(`^DEED_FOLDER_IN_USE: .*process ${first.chain}\\b.*Stop that`))
    for (const argv of [
      ['reset', '--yes'],
      ['export', join(scratch, 'x')],
    ])
      expect((await runDeed([...argv, '--data', folder])).err.join('\n')).toMatch(/^DEED_FOLDER_IN_USE: /)
    await first.stop()
  })

  it('keeps nothing with --memory, and takes no folder then', async () => {
    const { exit, err } = await runDeed(['dev', '--memory', '--data', 'x'])
    expect(exit).toBe(2)
    expect(err.join('\n')).toMatch(/^DEED_BAD_OPTION: --memory keeps nothing/)
  })

  it('refuses a folder of something else, and leaves it as it is', async () => {
    const folder = newFolder()
    await (await dev(folder)).stop()
    writeFileSync(join(folder, 'chain', 'deed.json'), '{"kind":"photos"}')
    const { exit, err } = await runDeed(['dev', '--port', '0', '--data', folder])
    expect(exit).toBe(1)
    expect(err.join('\n')).toMatch(/^DEED_FOLDER_FOREIGN: /)
  })

  it('answers on a socket and to a consensus client where it is told to', async () => {
    const folder = newFolder()
    const ipc = join(folder, 'deed.ipc')
    const node = await dev(folder, '--ipc', ipc, '--engine-port', '0', '--order', 'fifo', '--durable')
    expect(existsSync(ipc)).toBe(true)
    expect(readFileSync(join(folder, 'engine.hex'), 'utf8')).toMatch(/^[0-9a-f]{64}$/)
    expect(await node.rpc('anvil_nodeInfo')).toMatchObject({ transactionOrder: 'fifo' })
    await node.stop()
    const bad = join(folder, 'bad.hex')
    writeFileSync(bad, 'secret')
    for (const file of [bad, join(folder, 'absent')]) {
      const argv = ['dev', '--port', '0', '--data', folder, '--engine-port', '0', '--engine-secret', file]
      const { exit, err } = await runDeed(argv)
      expect(exit).toBe(1)
      expect(err.join('\n')).toMatch(/^DEED_JWT_SECRET: .*(bad\.hex|absent)/)
    }
  })
})

describe('a chain as one file', { timeout: 60_000 }, () => {
  it('is carried to another folder whole: blocks, snapshots, clock, what waits', async () => {
    const folder = newFolder()
    const file = join(scratch, 'chain.deed.gz')
    const node = await dev(folder)
    const hash = await pay(node)
    const snapshot = await node.rpc('evm_snapshot')
    await node.rpc('evm_increaseTime', [86_400])
    await node.rpc('hardhat_mine', ['0x3'])
    await node.rpc('evm_setAutomine', [false])
    const waiting = await pay(node)
    const head = await node.rpc('eth_getBlockByNumber', ['latest', true])
    await node.stop()
    const written = await runDeed(['export', file, '--data', folder, '--json'])
    expect(JSON.parse(written.out[0]!)).toMatchObject({ number: 4, chainId: '31337', file })

    const elsewhere = newFolder()
    const read = await runDeed(['import', file, '--data', elsewhere, '--json'])
    expect(read.err).toEqual([])
    expect(JSON.parse(read.out[0]!)).toMatchObject({ number: 4, chainId: '31337' })
    const again = await runDeed(['import', file, '--data', elsewhere])
    expect(again.err.join('\n')).toMatch(/^DEED_FOLDER_NOT_EMPTY: /)
    const other = await dev(elsewhere)
    expect(await other.rpc('eth_getBlockByNumber', ['latest', true])).toEqual(head)
    expect(await other.rpc('eth_getTransactionReceipt', [hash])).toMatchObject({ blockNumber: '0x1' })
    expect(await other.rpc('eth_getTransactionByHash', [waiting])).toMatchObject({ blockNumber: null })
    expect(await other.rpc('evm_revert', [snapshot])).toBe(true)
    expect(await other.rpc('eth_blockNumber')).toBe('0x1')
    await other.stop()
  })

  it('that is cut off, changed or something else is refused, and nothing is imported', async () => {
    const folder = newFolder()
    const file = join(scratch, 'whole.deed.gz')
    await (await dev(folder)).stop()
    await runDeed(['export', file, '--data', folder])
    const whole = readFileSync(file)
    const changed = Buffer.from(whole)
    changed[Math.floor(whole.length / 2)]! ^= 1
    const bad = join(scratch, 'bad.deed.gz')
    const cases: [Buffer, RegExp][] = [
      [whole.subarray(0, whole.length - 60), /^DEED_IMPORT_DAMAGED: /],
      [whole.subarray(0, whole.length / 2), /^DEED_IMPORT_DAMAGED: /],
      [changed, /^DEED_IMPORT_(DAMAGED|FOREIGN): /],
      [Buffer.from('not a chain'), /^DEED_IMPORT_FOREIGN: /],
      [Buffer.alloc(0), /^DEED_IMPORT_(DAMAGED|FOREIGN): /],
    ]
    for (const [bytes, error] of cases) {
      writeFileSync(bad, bytes)
      const elsewhere = newFolder()
      const { exit, err } = await runDeed(['import', bad, '--data', elsewhere])
      expect(exit).toBe(1)
      expect(err.join('\n')).toMatch(error)
      expect(readdirSync(elsewhere)).toEqual(['.gitignore'])
    }
    expect(
      (await runDeed(['import', join(scratch, 'absent'), '--data', newFolder()])).err.join('\n'),
    ).toMatch(/^DEED_IMPORT_FAILED: .*ENOENT/)
    expect((await runDeed(['export', file, '--data', newFolder()])).err.join('\n')).toMatch(
      /^DEED_FOLDER_ABSENT: /,
    )
  })
})

describe('deed reset', { timeout: 60_000 }, () => {
  it('deletes the chain when it is meant, and nothing else', async () => {
    const folder = newFolder()
    const node = await dev(folder)
    await pay(node)
    await node.stop()
    writeFileSync(join(folder, 'note.txt'), 'mine')
    const { err, exit } = await runDeed(['reset', '--data', folder])
    expect(exit).toBe(1)
    expect(err.join('\n')).toMatch(/^DEED_RESET_CONFIRM: .*--yes/)
    expect((await runDeed(['reset', '--yes', '--data', folder])).out.join('\n')).toMatch(/is deleted/)
    expect(readdirSync(folder).sort()).toEqual(['.gitignore', 'note.txt'])
    expect((await runDeed(['reset', '--yes', '--data', folder])).out.join('\n')).toMatch(/There is no chain/)
    const next = await dev(folder)
    expect(next.block).toBe(0)
    await next.stop()
  })
})
