/**
 * The journal's promise: killed at any moment, the keeper does each due step once. A child process dies by SIGKILL
 * around a send; the next one opens the same folder.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Hex, http, toEventSelector } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../src/database/database.ts'
import { openPlatform } from '../src/platform.ts'
import { AMOUNT, DAY, first, GENESIS, second, startBench } from './bench.ts'
import { KEEPER } from './chain.ts'

const scratch = mkdtempSync(join(tmpdir(), 'deed-kill-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
/** initdb takes two seconds: each case starts from a copy of one new database. */
const empty = join(scratch, 'empty')
beforeAll(async () => (await openDatabase(empty)).close())

const run = (url: string, folder: string, moment: string, count: number) =>
  new Promise<NodeJS.Signals | number | null>((resolve) => {
    const args = [
      fileURLToPath(new URL('./kill-child.ts', import.meta.url)),
      url,
      folder,
      moment,
      String(count),
    ]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    child.on('exit', (code, signal) => resolve(signal ?? code))
  })

const elapsed = toEventSelector('Elapsed(uint8,uint40)')

/** One deed with one timer: `perform` is the first transaction, the two payments are the second and third. */
const CASES = [
  { moment: 'before', count: 1, automine: true, what: 'between storing and sending a perform' },
  { moment: 'after', count: 1, automine: true, what: 'between sending and noting a perform that was mined' },
  { moment: 'after', count: 1, automine: false, what: 'between sending and noting a perform that waits' },
  { moment: 'before', count: 2, automine: true, what: 'between storing and sending a withdrawal' },
  { moment: 'after', count: 3, automine: true, what: 'between sending and noting a withdrawal' },
]

describe('killed', () => {
  test.each(CASES)('$what, and started again: one effect', async ({ moment, count, automine }) => {
    const folder = join(scratch, `${moment}-${count}-${automine}`)
    cpSync(empty, folder, { recursive: true })
    const bench = await startBench()
    const deed = await bench.deed({ start: GENESIS + 10 * DAY, rounds: 1n })
    await bench.at(GENESIS + 10 * DAY)
    if (!automine) await bench.request('evm_setAutomine', [false])
    expect(await run(bench.url, folder, moment, count)).toBe('SIGKILL')
    const inPool = Number(((await bench.request('txpool_status')) as { pending: Hex }).pending)
    expect(inPool).toBe(automine ? 0 : 1)

    const platform = await openPlatform({ transport: http(bench.url), dataFolder: folder })
    const settled = platform.settle()
    if (!automine) await bench.request('evm_setAutomine', [true])
    await settled
    const logs = (await bench.request('eth_getLogs', [
      { fromBlock: '0x0', address: deed, topics: [elapsed] },
    ])) as unknown[]
    expect(logs).toHaveLength(1)
    expect([await bench.money(first.address), await bench.money(second.address)]).toEqual([AMOUNT, AMOUNT])
    // Three transactions, none for nothing.
    expect(await bench.client.getTransactionCount({ address: KEEPER })).toBe(3)
    const { actions } = await platform.keeper()
    expect(actions.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'withdraw done',
      'withdraw done',
      'perform done',
    ])
    await platform.close()
    await bench.close()
  })
})
