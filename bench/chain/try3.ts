import { ask, openConnection } from './connection.ts'
import { prepare, receipt, transfer } from './load.ts'
import { PROGRAMS, run } from './programs.ts'
const p = await run(PROGRAMS.find((one) => one.name === (process.argv[2] ?? 'deed'))!)
const c = await openConnection(p.port)
const token = await prepare(c, 32)
const conns = await Promise.all(Array.from({ length: 32 }, () => openConnection(p.port)))
for (let r = 0; r < Number(process.argv[3] ?? 4); r++) {
  const n = 3200
  const txs = Array.from({ length: n }, (_, i) => transfer(token, i))
  const b0 = Number(await ask(c, 'eth_blockNumber'))
  const t = performance.now()
  await Promise.all(conns.map(async (conn, i) => { for (let k = i; k < n; k += 32) await receipt(conn, (await ask(conn, 'eth_sendRawTransaction', [txs[k]])) as string) }))
  const ms = performance.now() - t
  console.log('automine 32', Math.round(n / ms * 1000), '/s', ((Number(await ask(c, 'eth_blockNumber')) - b0)), 'blocks', p.memory().toFixed(0), 'MB')
}
for (const x of conns) x.close(); c.close(); await p.stop()
