import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

const B = '/work/wt/engine/bench/evm/'
const { programs } = await import(B + 'programs.ts')
const { jsonRpcPeer } = await import(B + 'json-rpc.ts')
const { deedAuto, deedTier1 } = await import(B + 'deed.ts')
const match = process.argv[2] ?? ''
const names = (process.argv[3] ?? 'deed,anvil').split(',')
const reps = Number(process.argv[4] ?? 7)
let child: any
async function anvil() {
  child = spawn(
    '/work/wt/engine/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil',
    ['--port', '0', '--gas-limit', '100000000000', '--order', 'fifo'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const address: any = await new Promise((r) =>
    child.stdout.on('data', (t: any) => {
      const m = /Listening on (\S+)/.exec(String(t))
      if (m) r(m[1])
    }),
  )
  const ask = async (method: string, params: any) => {
    const res = await fetch('http://' + address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    const j: any = await res.json()
    if (j.error) throw new Error(j.error.message)
    return j.result
  }
  return jsonRpcPeer('anvil', ask, { memoryMb: () => 0, close: async () => {} })
}
const cpuOf = (pid: number) => {
  let s = 0
  for (const t of readdirSync(`/proc/${pid}/task`)) {
    try {
      s += Number(readFileSync(`/proc/${pid}/task/${t}/schedstat`, 'utf8').split(' ')[0])
    } catch {}
  }
  return s / 1e6
}
const mine = () => {
  const c = (process as any).threadCpuUsage()
  return (c.user + c.system) / 1e3
}
const P: any = { deed: deedAuto, tier1: deedTier1, anvil }
const peers = [] as any[]
for (const n of names) peers.push([n, await P[n]()])
const INNER = 4
for (const program of await programs(match)) {
  const rows: string[] = []
  const best: number[] = []
  const runs = [] as any[]
  for (const [n, p] of peers) runs.push(await p.prepare(program))
  for (const r of runs) {
    const e = performance.now() + 700
    while (performance.now() < e) await r()
  }
  const all = peers.map(() => [] as number[])
  for (let k = 0; k < reps; k++)
    for (let i = 0; i < peers.length; i++) {
      const now = peers[i][0] === 'anvil' ? () => cpuOf(child.pid) : mine
      // anvil's peer makes an empty call too: measure both with it
      const t = now()
      for (let j = 0; j < INNER; j++) await runs[i]()
      all[i]!.push((now() - t) / INNER)
    }
  console.log(
    program.name.padEnd(26),
    all
      .map((a, i) => {
        a.sort((x, y) => x - y)
        best[i] = a[0]!
        return `${peers[i][0]} ${a[0]!.toFixed(3)} (${a[a.length >> 1]!.toFixed(3)})`
      })
      .join('  '),
    ' ratio',
    best
      .slice(1)
      .map((b) => (b / best[0]!).toFixed(2))
      .join(' '),
  )
}
child?.kill()
process.exit(0)
