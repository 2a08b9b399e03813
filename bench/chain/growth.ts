/** How our chain on disk grows: the same things done at 1,000, 10,000 and 100,000 blocks and accounts. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask, type Connection, openConnection } from './connection.ts'
import { balanceCall, prepare, receipt, transfer } from './load.ts'
import { PROGRAMS, type Running, run } from './programs.ts'

const SIZES = [1_000, 10_000, 100_000]
const BATCH = 100
const RUNS = 200

type Print = (row: object, line: string) => void

export const growth = async (print: Print): Promise<void> => {
  await growBlocks(print)
  await growAccounts(print)
}

const deed = PROGRAMS.find(({ name }) => name === 'deed')!
const hex = (value: number): string => `0x${value.toString(16)}`

/** Milliseconds of one, as the median of many. */
const each = async (work: (index: number) => Promise<unknown>): Promise<number> => {
  const figures: number[] = []
  for (let i = 0; i < RUNS; i++) {
    const startedMs = performance.now()
    await work(i)
    figures.push(performance.now() - startedMs)
  }
  return figures.sort((a, b) => a - b)[RUNS >> 1]!
}

const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false })
    return sum + (stat?.isFile() ? stat.size : 0)
  }, 0)

/** Ten transfers a block: a million transactions at the end. */
const growBlocks = async (print: Print): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'deed-growth-'))
  let running = await run(deed, folder)
  let connection = await openConnection(running.port)
  const accounts = (await ask(connection, 'eth_accounts')) as string[]
  const token = await prepare(connection, 32)
  await ask(connection, 'evm_setAutomine', [false])
  for (const size of SIZES) {
    for (let at = Number(await ask(connection, 'eth_blockNumber')); at < size; at += BATCH / 10)
      await connection.post(JSON.stringify(blocksOfTen(accounts)))
    await running.stop()
    running = await run(deed, folder)
    connection.close()
    connection = await openConnection(running.port)
    const figures = await figuresOf(connection, token, size)
    report(print, `${size.toLocaleString('en')} blocks of 10 transfers`, running, folder, figures)
  }
  connection.close()
  await running.stop()
  rmSync(folder, { recursive: true })
}

const blocksOfTen = (accounts: readonly string[]): object[] =>
  Array.from({ length: 10 }, () => [
    ...accounts.map((from, i) => ({
      method: 'eth_sendTransaction',
      params: [{ from, to: accounts[(i + 1) % 10], value: '0x1', gas: '0x5208' }],
    })),
    { method: 'evm_mine', params: [] },
  ])
    .flat()
    .map((one, id) => ({ jsonrpc: '2.0', id, ...one }))

const growAccounts = async (print: Print): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'deed-growth-'))
  let running = await run(deed, folder)
  let connection = await openConnection(running.port)
  const token = await prepare(connection, 32)
  let made = 0
  for (const size of SIZES) {
    for (; made < size; made += BATCH) {
      const batch = Array.from({ length: BATCH }, (_, id) => ({
        jsonrpc: '2.0',
        id,
        method: 'hardhat_setBalance',
        params: [`0x${(made + id + 0x10000).toString(16).padStart(40, '0')}`, '0x1'],
      }))
      await connection.post(JSON.stringify(batch))
    }
    await ask(connection, 'evm_mine')
    await running.stop()
    running = await run(deed, folder)
    connection.close()
    connection = await openConnection(running.port)
    const figures = await figuresOf(connection, token, Number(await ask(connection, 'eth_blockNumber')))
    report(print, `${size.toLocaleString('en')} accounts`, running, folder, figures)
  }
  connection.close()
  await running.stop()
  rmSync(folder, { recursive: true })
}

const figuresOf = async (
  connection: Connection,
  token: Awaited<ReturnType<typeof prepare>>,
  blocks: number,
) => {
  await ask(connection, 'evm_setAutomine', [true])
  const old = () => hex(Math.floor(Math.random() * blocks))
  const holder = token.senders[0]!.address
  const figures = {
    'transfer until the receipt': await each(async (i) =>
      receipt(connection, (await ask(connection, 'eth_sendRawTransaction', [transfer(token, i)])) as string),
    ),
    'balance now': await each(() => ask(connection, 'eth_getBalance', [holder, 'latest'])),
    'balance at an old block': await each(() => ask(connection, 'eth_getBalance', [holder, old()])),
    'call at an old block': await each(() => ask(connection, 'eth_call', [balanceCall(token), old()])),
    'proof at an old block': await each(() => ask(connection, 'eth_getProof', [holder, [], old()])),
    'an old block': await each(() => ask(connection, 'eth_getBlockByNumber', [old(), true])),
    'snapshot, transfer, revert': await each(async (i) => {
      const id = await ask(connection, 'evm_snapshot')
      const { nonce } = token.senders[i % 32]!
      await receipt(
        connection,
        (await ask(connection, 'eth_sendRawTransaction', [transfer(token, i)])) as string,
      )
      token.senders[i % 32]!.nonce = nonce
      await ask(connection, 'evm_revert', [id])
    }),
  }
  await ask(connection, 'evm_setAutomine', [false])
  return figures
}

const report = (
  print: Print,
  size: string,
  running: Running,
  folder: string,
  figures: Readonly<Record<string, number>>,
): void => {
  const facts = {
    'start, ms': running.startMs,
    'memory, MB': running.memory(),
    'folder, MB': sizeOf(folder) / 2 ** 20,
  }
  print(
    { size, ...facts, ...figures },
    [
      size,
      ...Object.entries(facts).map(
        ([name, figure]) => `  ${name.padEnd(28)} ${figure.toFixed(0).padStart(8)}`,
      ),
      ...Object.entries(figures).map(
        ([name, figure]) => `  ${name.padEnd(28)} ${figure.toFixed(2).padStart(8)} ms`,
      ),
      '',
    ].join('\n'),
  )
}
