import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Child, superviseChild } from '../src/supervise/child.ts'
import { type House, openHouse } from '../src/supervise/house.ts'
import { ROOT, runDeed } from './run-deed.ts'

const LEASE = join(ROOT, 'examples/lease')
const FILE = new URL('child-program.mjs', import.meta.url).pathname

const until = async (what: () => boolean | Promise<boolean>, timeoutMs = 30_000) => {
  const giveUp = performance.now() + timeoutMs
  while (!(await what())) {
    if (performance.now() > giveUp) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a child', () => {
  const supervise = async (options: object) => {
    const told = {
      ready: [] as number[],
      deaths: [] as { how: string; retryMs: number; quiet: boolean }[],
      lines: [] as string[],
    }
    const child: Child = superviseChild(
      { name: 'program', file: FILE, options: () => options },
      {
        onReady: ({ pid }) => told.ready.push(pid as number),
        onDeath: (how, retryMs, quiet) => told.deaths.push({ how, retryMs, quiet }),
        onLine: (line) => told.lines.push(line),
      },
    )
    onTestFinished(() => child.stop())
    await child.ready
    return { child, told }
  }

  it('is started again when it is killed, and ends when it is told to', async () => {
    const { child, told } = await supervise({})
    const first = child.pid!
    expect(told.ready).toEqual([first])
    process.kill(first, 'SIGKILL')
    await until(() => told.ready.length === 2)
    expect(told.deaths).toEqual([{ how: 'ended by SIGKILL', retryMs: 100, quiet: false }])
    expect(child.pid).not.toBe(first)
    const second = child.pid!
    await child.stop()
    expect(isAlive(second)).toBe(false)
    expect(told.deaths).toHaveLength(1)
  })

  it('waits longer each time it dies at once', async () => {
    const { told } = await supervise({ dieAfterMs: 10 })
    await until(() => told.deaths.length === 4)
    expect(told.deaths.map(({ retryMs }) => retryMs)).toEqual([100, 200, 400, 800])
    expect(told.deaths[0]!.how).toBe('ended with status 7')
  })

  it('says why it cannot start, and is not tried again', async () => {
    const fault = { code: 'DEED_PORT_IN_USE', message: 'The port is taken.' }
    await expect(supervise({ fault })).rejects.toMatchObject(fault)
    await expect(supervise({ ready: false, dieAfterMs: 1 })).rejects.toMatchObject({
      code: 'DEED_START_FAILED',
    })
  })
})

describe('the house', { timeout: 120_000 }, () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'deed-house-'))
  const said: string[] = []
  let house: House
  beforeAll(async () => {
    house = await openHouse(
      {
        host: '0.0.0.0',
        allowedHosts: ['my-box.lan'],
        port: 0,
        chainId: 31337,
        dataFolder,
        platform: true,
        keeper: true,
      },
      { say: (what) => said.push(what), log: () => {} },
    )
    await house.platformReady
  }, 60_000)
  afterAll(async () => {
    await house.stop()
    rmSync(dataFolder, { recursive: true, force: true })
  })
  const rpc = async (url: string, method: string, params: unknown[] = []) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    return ((await response.json()) as { result: unknown }).result
  }
  const isHealthy = async (url: string) => {
    const response = await fetch(`${url}/api/health`).catch(() => undefined)
    return response?.ok === true
  }

  it('keeps JSON-RPC alive while the platform is killed and comes back', async () => {
    await until(() => isHealthy(house.url))
    await rpc(house.url, 'evm_mine')
    const { platform, chain } = house.pids()
    process.kill(platform!, 'SIGKILL')
    for (let i = 0; i < 20; i++) expect(await rpc(house.url, 'eth_blockNumber')).toBe('0x1')
    await until(() => isHealthy(house.url))
    expect(house.pids().platform).not.toBe(platform)
    expect(house.pids().chain).toBe(chain)
    expect(said).toEqual([expect.stringMatching(/^The platform has gone .*JSON-RPC goes on meanwhile\.$/)])
  })

  it('starts the chain again on the same port, and says that its state is gone', async () => {
    process.kill(house.pids().chain!, 'SIGKILL')
    await until(async () => (await rpc(house.url, 'eth_blockNumber').catch(() => undefined)) === '0x0')
    expect(said.join()).toMatch(/The chain has gone .*blocks and contracts are lost/)
    await expect(house.chainLost).rejects.toMatchObject({ code: 'DEED_CHAIN_LOST' })
    // Pages find the platform again behind the new chain.
    await until(() => isHealthy(house.url))
  })

  it('answers by the names that are allowed, and by no other', async () => {
    const statusFor = (path: string, host: string) =>
      new Promise<number>((resolve, reject) => {
        const { hostname, port } = new URL(house.url)
        const call = request({ hostname, port, path, headers: { host } }, (answer) => {
          answer.resume()
          resolve(answer.statusCode!)
        })
        call.on('error', reject).end()
      })
    expect(await statusFor('/api/health', 'my-box.lan:8545')).toBe(200)
    expect(await statusFor('/api/health', 'elsewhere.example')).toBe(403)
  })

  it('leaves no process behind', async () => {
    const { chain, platform } = house.pids()
    await house.stop()
    expect([isAlive(chain!), isAlive(platform!)]).toEqual([false, false])
  })

  it('says what to do when the port is taken', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    for (const command of ['dev', 'start']) {
      const { err, exit } = await runDeed([command, '--port', String(port)])
      expect(exit).toBe(1)
      expect(err.join('\n')).toMatch(new RegExp(`^DEED_PORT_IN_USE: .*${port}.*choose another port`))
    }
  })

  it('deed dev announces the chain, its accounts and its keeper, and ends cleanly', async () => {
    const stop = new AbortController()
    const out: string[] = []
    const run = runDeed(['dev', '--port', '0'], { stop: stop.signal, onOut: (text) => out.push(text) })
    await until(() => out.length > 0)
    const url = /http:\/\/[\d.:]+/.exec(out[0]!)![0]
    // Whoever opens the page at once need not come again.
    expect((await fetch(url)).ok).toBe(true)

    // The lease performs itself there, by the keeper of the platform, and the page knows it by its title.
    const lease = await runDeed([
      'perform',
      LEASE,
      '--rpc',
      url,
      '--scenario',
      'tenant-stops-paying',
      '--json',
    ])
    expect(lease.err).toEqual([])
    const { balances, conserved } = JSON.parse(lease.out.at(-1)!)
    expect(balances.Landlord.USDC).toBe('7500')
    expect(balances.Tenant.USDC).toBe('12500')
    expect(conserved).toBe(true)
    const deeds = await (await fetch(`${url}/api/deeds`)).json()
    expect(deeds).toMatchObject([{ title: 'Residential lease', state: 'ended' }])

    stop.abort()
    expect((await run).exit).toBe(0)
    const text = out.join('\n')
    expect(text).toMatch(/Deed is ready at http:\/\/127\.0\.0\.1:\d+/)
    expect(text).toContain('chain id 31337')
    expect(text.match(/\(\d\) +0x[0-9a-fA-F]{40}/g)).toHaveLength(10)
    expect(text).toContain('private keys everybody knows')
    expect(text).toMatch(/keeper +0x8c8d35429f74ec245f8ef2f4fd1e551cff97d650/)
  })
})

describe('deed start', { timeout: 240_000 }, () => {
  it('performs the leases while months pass, and stays until it is told to end', async () => {
    const stop = new AbortController()
    const out: string[] = []
    const run = runDeed(['start', '--port', '0', '--month-seconds', '0.2'], {
      stop: stop.signal,
      onOut: (text) => out.push(text),
    })
    const months = () => out.filter((line) => /^ +20\d\d-\d\d /.test(line))
    await until(() => months().length >= 4 || stop.signal.aborted, 200_000)
    expect(
      months()
        .map((line) => line.trim().slice(0, 7))
        .slice(0, 4),
    ).toEqual(['2027-01', '2027-02', '2027-03', '2027-04'])
    expect(months().join('\n')).toMatch(
      /2027-02 +1 running +2,400\.00 USDC paid|2027-02 +1 running +1,200\.00 USDC paid/,
    )
    stop.abort()
    const { exit, err } = await run
    expect(err).toEqual([])
    expect(exit).toBe(0)
  })
})
