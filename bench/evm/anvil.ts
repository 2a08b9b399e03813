/** Foundry's node, from npm. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { jsonRpcPeer } from './json-rpc.ts'
import type { Peer } from './peer.ts'
import { processOf } from './processor.ts'

export async function anvil(): Promise<Peer> {
  const child = spawn(findBinary(), ['--port', '0', '--gas-limit', '100000000000', '--order', 'fifo'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const address = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`anvil ended with ${code}`)))
    child.stdout.on('data', (text) => {
      const [, found] = /Listening on (\S+)/.exec(String(text)) ?? []
      if (found) resolve(found)
    })
  })
  const ask = async (method: string, parameters: readonly unknown[]) => {
    const response = await fetch(`http://${address}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: parameters }),
    })
    const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } }
    if (error) throw new Error(`anvil: ${error.message}`)
    return result
  }
  return jsonRpcPeer('anvil', ask, {
    memoryMb: () => residentMb(child.pid!),
    processor: processOf(child.pid!),
    close: async () => void child.kill(),
  })
}

/** The program of this platform, beside the package that would look for it. */
function findBinary(): string {
  const home = dirname(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'))
  const platform = process.platform === 'win32' ? 'win32' : process.platform
  const machine = process.arch === 'x64' ? 'amd64' : process.arch
  const file = join(home, `../anvil-${platform}-${machine}/bin/anvil${platform === 'win32' ? '.exe' : ''}`)
  if (!existsSync(file)) throw new Error(`There is no anvil for ${platform} ${machine} (${file}).`)
  return file
}

function residentMb(pid: number): number {
  const file = `/proc/${pid}/status`
  if (!existsSync(file)) return 0
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? 0) / 1024)
}
