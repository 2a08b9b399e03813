import { ask, openConnection } from './connection.ts'
import { balanceCall, prepare } from './load.ts'
import { PROGRAMS, run } from './programs.ts'
const p = await run(PROGRAMS.find((one) => one.name === 'deed --memory')!)
const c = await openConnection(p.port)
const token = await prepare(c, 32)
const conns = await Promise.all(Array.from({ length: 32 }, () => openConnection(p.port)))
const bodies = { call: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_call', params: [balanceCall(token), 'latest'] }), chainId: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] }) }
for (let k = 0; k < Number(process.argv[3] ?? 4); k++) { const t = performance.now(); await Promise.all(conns.map(async (conn) => { for (let i = 0; i < 625; i++) await conn.post(bodies[process.argv[2] as 'call']) })); console.log(process.argv[2], Math.round(20000 / (performance.now() - t) * 1000), '/s') }
for (const x of conns) x.close(); c.close(); await p.stop()
