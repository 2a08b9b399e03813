import { ask, openConnection } from './connection.ts'
import { balanceCall, prepare, receipt, transfer } from './load.ts'
import { PROGRAMS, run } from './programs.ts'

for (const name of process.argv[2]!.split(',')) {
  const p = await run(PROGRAMS.find((one) => one.name === name)!)
  console.log(name, 'start', p.startMs.toFixed(0), 'ms', p.memory().toFixed(0), 'MB')
  const c = await openConnection(p.port)
  const token = await prepare(c, 32)
  const conns = await Promise.all(Array.from({ length: 32 }, () => openConnection(p.port)))
  const time = async (title: string, n: number, work: () => Promise<unknown>) => {
    const t = performance.now()
    await work()
    const ms = performance.now() - t
    console.log(name, title, Math.round((n / ms) * 1000), '/s', p.memory().toFixed(0), 'MB')
  }
  const N = Number(process.argv[3] ?? 3200)
  for (const inFlight of [1, 32]) {
    const n = inFlight === 1 ? N / 8 : N
    const txs = Array.from({ length: n }, (_, i) => transfer(token, i))
    let at = 0
    await time(`automine ${inFlight}`, n, () =>
      Promise.all(
        conns.slice(0, inFlight).map(async (conn, i) => {
          for (let k = inFlight === 1 ? at++ : i; k < n; k = inFlight === 1 ? at++ : k + 32) {
            const hash = await ask(conn, 'eth_sendRawTransaction', [txs[k]])
            await receipt(conn, hash as string)
          }
        }),
      ),
    )
  }
  const txs = Array.from({ length: 5000 }, (_, i) => transfer(token, i))
  await ask(c, 'evm_setAutomine', [false])
  await time('5000 sent then mined', 5000, async () => {
    const t = performance.now()
    await Promise.all(
      conns.map(async (conn, i) => {
        for (let k = i; k < 5000; k += 32) await ask(conn, 'eth_sendRawTransaction', [txs[k]])
      }),
    )
    const s = performance.now()
    await ask(c, 'evm_mine')
    console.log('  send', (s - t).toFixed(0), 'mine', (performance.now() - s).toFixed(0))
  })
  const b = (await ask(c, 'eth_getBlockByNumber', ['latest', false])) as { transactions: string[] }
  console.log('  in block', b.transactions.length)
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_call', params: [balanceCall(token), 'latest'] })
  for (let k = 0; k < 2; k++)
    await time('eth_call 32', 10000, () => Promise.all(conns.map(async (conn) => { for (let i = 0; i < 312; i++) await conn.post(body) })))
  const batch = JSON.stringify(Array.from({ length: 100 }, (_, i) => ({ jsonrpc: '2.0', id: i, method: 'eth_call', params: [balanceCall(token, i % 32), 'latest'] })))
  for (let k = 0; k < 2; k++)
    await time('batch of 100 eth_call', 20000, () => Promise.all(conns.slice(0, 8).map(async (conn) => { for (let i = 0; i < 25; i++) await conn.post(batch) })))
  const chainId = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] })
  await time('eth_chainId', 20000, () => Promise.all(conns.map(async (conn) => { for (let i = 0; i < 625; i++) await conn.post(chainId) })))
  conns.forEach((conn) => conn.close())
  c.close()
  await p.stop()
}
