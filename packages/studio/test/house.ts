/** The real thing for the page to look at: `deed dev` on a free port, as a person starts it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { getContractAddress } from 'viem'

const ROOT = new URL('../../..', import.meta.url).pathname
const DEED = new URL('packages/cli/bin/deed.js', `file://${ROOT}`).pathname

const START_TIMEOUT_MS = 30_000

export interface House {
  readonly url: string
  /** Process id of the chain. */
  readonly chain: number
  readonly rpc: (method: string, ...params: unknown[]) => Promise<unknown>
  readonly stop: () => Promise<void>
}

export const openHouse = async (): Promise<House> => {
  const data = mkdtempSync(join(tmpdir(), 'deed-house-'))
  const child = deed('dev', '--port', '0', '--json', '--data', data)
  const { url, chain } = await ready(child)
  await pageIsServed(url)
  const rpc = async (method: string, ...params: unknown[]) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } }
    if (error) throw new Error(`${method}: ${error.message}`)
    return result
  }
  const stop = async () => {
    if (child.exitCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
    rmSync(data, { recursive: true, force: true })
  }
  return { url, chain, rpc, stop }
}

/** Performs the example lease on the house's chain, all of its months. @returns its exit code. */
export const performLease = (url: string): Promise<number | null> => perform(url, 'lease')

const perform = async (url: string, example: string, ...more: string[]): Promise<number | null> => {
  const child = deed('perform', `examples/${example}`, '--rpc', url, ...more)
  child.stdout!.resume()
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

/** Account 0 of the development mnemonic, from which `deed perform` deploys. */
const DEPLOYER = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
/** A play that ends this long after it began has deployed its deed and signed nothing. */
const DEPLOYED_SECONDS = 60

/** Deploys one of the examples, which nobody has signed. @returns its address. */
export const deployExample = async ({ url, rpc }: House, example: string): Promise<string> => {
  const { timestamp } = (await rpc('eth_getBlockByNumber', 'latest', false)) as { timestamp: string }
  const until = new Date((Number(timestamp) + DEPLOYED_SECONDS) * 1000).toISOString().replace('.000', '')
  if ((await perform(url, example, '--until', until)) !== 0) throw new Error(`${example} was not deployed`)
  const nonce = Number(await rpc('eth_getTransactionCount', DEPLOYER, 'latest'))
  for (let back = 1; back <= nonce; back++) {
    const address = getContractAddress({ from: DEPLOYER, nonce: BigInt(nonce - back) }).toLowerCase()
    const { ok } = await fetch(`${url}/api/deeds/${address}`)
    if (ok) return address
  }
  throw new Error('no deed was found among what was deployed')
}

const deed = (...argv: string[]): ChildProcess =>
  spawn(process.execPath, [DEED, ...argv], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })

/** The chain is ready before it knows where the platform answers. */
const pageIsServed = async (url: string): Promise<void> => {
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end; await sleep(50)) {
    const { ok } = await fetch(url).catch(() => ({ ok: false }))
    if (ok) return
  }
  throw new Error(`${url} served no page within ${START_TIMEOUT_MS} ms`)
}

const ready = async (child: ChildProcess): Promise<{ url: string; chain: number }> => {
  for await (const line of createInterface({ input: child.stdout! })) {
    const event = JSON.parse(line)
    if (event.event !== 'ready') continue
    child.stdout!.resume()
    return event
  }
  throw new Error('deed dev ended before it was ready')
}
