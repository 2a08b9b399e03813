/** What is measured. Each measure gets a program that has just started, and gives one figure or several. */
import { ask, type Connection, openConnection } from './connection.ts'
import { balanceCall, prepare, receipt, type Token, transfer } from './load.ts'
import type { Running } from './programs.ts'

export interface Measure {
  readonly name: string
  readonly about: string
  readonly unit: string
  /** More is better, as of what is done in a second; less is, as of milliseconds. */
  readonly better: 'more' | 'less'
  /** Programs that it takes too long for, with the reason. */
  readonly except?: Readonly<Record<string, string>>
  run(program: Running): Promise<number>
}

const CONNECTIONS = 32

/** Connections that are closed when the work is done. */
const withConnections = async <T>(
  { port }: Running,
  count: number,
  work: (connections: readonly Connection[]) => Promise<T>,
): Promise<T> => {
  const connections = await Promise.all(Array.from({ length: count }, () => openConnection(port)))
  try {
    return await work(connections)
  } finally {
    for (const connection of connections) connection.close()
  }
}

const perSecond = async (count: number, work: () => Promise<unknown>): Promise<number> => {
  const startedMs = performance.now()
  await work()
  return (count / (performance.now() - startedMs)) * 1_000
}

const milliseconds = async (work: () => Promise<unknown>): Promise<number> => {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}

const request = (method: string, params: readonly unknown[], id = 1): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })

/** Sends bodies over many connections at once, after a tenth of them to warm up; the answers must be results. */
const flood =
  (bodies: (token: Token) => readonly string[], perBody = 1) =>
  (program: Running) =>
    withConnections(program, CONNECTIONS, async (connections) => {
      const all = bodies(await prepare(connections[0]!, CONNECTIONS))
      const send = async (some: readonly string[]) => {
        let next = 0
        await Promise.all(
          connections.map(async (connection) => {
            while (next < some.length) {
              const answer = await connection.post(some[next++]!)
              if (answer.includes('"error"')) throw new Error(answer.slice(0, 200))
            }
          }),
        )
      }
      await send(all.slice(0, all.length / 10))
      return perSecond(all.length * perBody, () => send(all))
    })

const REQUESTS = 20_000
const BATCHES = 300
const BATCH = 100
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i))
/** A call that nobody has made before: the balance of another account each time. */
const freshCall = (token: Token, index: number) => ({
  to: token.address,
  data: balanceCall(token).data.slice(0, 34) + (index + 1_000_000).toString(16).padStart(40, '0'),
})

const transfersWith = (inFlight: number, count: number) => (program: Running) =>
  withConnections(program, Math.max(inFlight, 1), async (connections) => {
    const token = await prepare(connections[0]!, inFlight)
    const send = async (transactions: readonly string[]) =>
      Promise.all(
        connections.map(async (connection, client) => {
          for (let i = client; i < transactions.length; i += inFlight)
            await receipt(
              connection,
              (await ask(connection, 'eth_sendRawTransaction', [transactions[i]])) as string,
            )
        }),
      )
    await send(times(count / 4, (i) => transfer(token, i)))
    const transactions = times(count, (i) => transfer(token, i))
    return perSecond(count, () => send(transactions))
  })

const sentThenMined = (count: number) => (program: Running) =>
  withConnections(program, CONNECTIONS, async (connections) => {
    const token = await prepare(connections[0]!, CONNECTIONS)
    await ask(connections[0]!, 'evm_setAutomine', [false])
    const all = async (transactions: readonly string[]) => {
      await Promise.all(
        connections.map(async (connection, client) => {
          for (let i = client; i < transactions.length; i += CONNECTIONS)
            await ask(connection, 'eth_sendRawTransaction', [transactions[i]])
        }),
      )
      await ask(connections[0]!, 'evm_mine')
      const block = (await ask(connections[0]!, 'eth_getBlockByNumber', ['latest', false])) as {
        transactions: unknown[]
      }
      if (block.transactions.length !== transactions.length)
        throw new Error(
          `${block.transactions.length} of ${transactions.length} transactions are in the block`,
        )
    }
    await all(times(count / 4, (i) => transfer(token, i)))
    const transactions = times(count, (i) => transfer(token, i))
    return perSecond(count, () => all(transactions))
  })

/** Touches accounts, then takes a snapshot, sends a transaction and goes back: how long the three take. */
const snapshotWith = (accounts: number) => (program: Running) =>
  withConnections(program, 1, async ([connection]) => {
    const [from, to] = (await ask(connection!, 'eth_accounts')) as string[]
    for (let at = 0; at < accounts; at += BATCH) {
      const batch = times(Math.min(BATCH, accounts - at), (i) =>
        JSON.parse(
          request('hardhat_setBalance', [`0x${(at + i + 0x10000).toString(16).padStart(40, '0')}`, '0x1'], i),
        ),
      )
      await connection!.post(JSON.stringify(batch))
    }
    await ask(connection!, 'evm_mine')
    const once = async () => {
      const id = await ask(connection!, 'evm_snapshot')
      await receipt(
        connection!,
        (await ask(connection!, 'eth_sendTransaction', [{ from, to, value: '0x1' }])) as string,
      )
      await ask(connection!, 'evm_revert', [id])
    }
    for (let i = 0; i < 5; i++) await once()
    const runs = 20
    return (
      (await milliseconds(async () => {
        for (let i = 0; i < runs; i++) await once()
      })) / runs
    )
  })

const emptyBlocks = (count: number) => (program: Running) =>
  withConnections(program, 1, async ([connection]) => {
    await ask(connection!, 'hardhat_mine', ['0x64'])
    return perSecond(count, () => ask(connection!, 'hardhat_mine', [`0x${count.toString(16)}`]))
  })

/** Blocks of one transfer each, then how much memory the program takes. */
const memoryAfter = (blocks: number) => (program: Running) =>
  withConnections(program, 1, async ([connection]) => {
    const [from, to] = (await ask(connection!, 'eth_accounts')) as string[]
    for (let at = 0; at < blocks; at += BATCH) {
      const batch = times(BATCH, (i) =>
        JSON.parse(request('eth_sendTransaction', [{ from, to, value: '0x1', gas: '0x5208' }], i)),
      )
      await connection!.post(JSON.stringify(batch))
    }
    return program.memory()
  })

const QUADRATIC = 'its time rises with the square of their number'

export const MEASURES: readonly Measure[] = [
  {
    name: 'start',
    about: 'from the start of the process to the first answer',
    unit: 'ms',
    better: 'less',
    run: async ({ startMs }) => startMs,
  },
  {
    name: 'chainId',
    about: 'eth_chainId, 32 connections',
    unit: '/s',
    better: 'more',
    run: flood(() => times(REQUESTS, () => request('eth_chainId', []))),
  },
  {
    name: 'balance',
    about: 'eth_getBalance, 32 connections',
    unit: '/s',
    better: 'more',
    run: flood(({ senders }) =>
      times(REQUESTS, (i) => request('eth_getBalance', [senders[i % 32]!.address, 'latest'])),
    ),
  },
  {
    name: 'call',
    about: 'eth_call of balanceOf of 32 accounts, 32 connections',
    unit: '/s',
    better: 'more',
    run: flood((token) =>
      times(REQUESTS, (i) => request('eth_call', [balanceCall(token, i % 32), 'latest'])),
    ),
  },
  {
    name: 'fresh-call',
    about: 'the same, each of another account',
    unit: '/s',
    better: 'more',
    run: flood((token) => times(REQUESTS, (i) => request('eth_call', [freshCall(token, i), 'latest']))),
  },
  {
    name: 'batch',
    about: 'batches of 100 eth_call of 32 accounts',
    unit: 'calls/s',
    better: 'more',
    run: flood(
      (token) =>
        times(
          BATCHES,
          () =>
            `[${times(BATCH, (i) => request('eth_call', [balanceCall(token, i % 32), 'latest'], i)).join()}]`,
        ),
      BATCH,
    ),
  },
  {
    name: 'fresh-batch',
    about: 'the same, each of another account',
    unit: 'calls/s',
    better: 'more',
    run: flood(
      (token) =>
        times(
          BATCHES,
          (n) =>
            `[${times(BATCH, (i) => request('eth_call', [freshCall(token, n * BATCH + i), 'latest'], i)).join()}]`,
        ),
      BATCH,
    ),
  },
  {
    name: 'automine-1',
    about: 'ERC-20 transfers, a block at once, until the receipt; one after the other',
    unit: 'tx/s',
    better: 'more',
    run: transfersWith(1, 800),
  },
  {
    name: 'automine-32',
    about: 'the same, 32 in flight',
    unit: 'tx/s',
    better: 'more',
    run: transfersWith(32, 4_800),
  },
  {
    name: 'mined-5000',
    about: '5,000 ERC-20 transfers sent, then mined in one block',
    unit: 'tx/s',
    better: 'more',
    run: sentThenMined(5_000),
  },
  {
    name: 'snapshot-100',
    about: 'snapshot, transaction and revert with 100 accounts',
    unit: 'ms',
    better: 'less',
    run: snapshotWith(100),
  },
  {
    name: 'snapshot-100000',
    about: 'the same with 100,000 accounts',
    unit: 'ms',
    better: 'less',
    run: snapshotWith(100_000),
  },
  {
    name: 'empty-100000',
    about: '100,000 empty blocks; Hardhat makes theirs up when somebody looks',
    unit: 'blocks/s',
    better: 'more',
    except: { anvil: QUADRATIC },
    run: emptyBlocks(100_000),
  },
  {
    name: 'memory-50000',
    about: 'resident memory after 50,000 blocks of one transfer',
    unit: 'MB',
    better: 'less',
    run: memoryAfter(50_000),
  },
]
