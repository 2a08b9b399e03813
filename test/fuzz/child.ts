/** The real chain process, as `deed dev` starts it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ChainProcessOptions, ChainProcessReport } from '@deed/chain/server'

const MAIN = fileURLToPath(import.meta.resolve('@deed/chain/server/main'))

export interface Child {
  readonly url: string
  readonly engineUrl: string
  /** Undefined where there is none: a chain by URL. */
  readonly ipc: string | undefined
  readonly secret: Buffer
  isAlive(): boolean
  /** What it said where nobody should have to look. */
  errors(): string
  /** MiB of memory in use; `undefined` where the system does not tell. */
  memoryMiB(): Promise<number | undefined>
  close(): Promise<void>
}

export const startChild = async (ipc: string): Promise<Child> => {
  const secret = Buffer.alloc(32, 7)
  const enginePort = await freePort()
  const options: ChainProcessOptions = {
    port: 0,
    genesisTime: 1_700_000_000,
    ...(process.platform !== 'win32' && { ipc }),
    engine: { port: enginePort, secret: secret.toString('hex') },
  }
  const child: ChildProcess = spawn(process.execPath, [MAIN, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr!.on('data', (piece: Buffer) => {
    errors = (errors + piece).slice(-MAX_ERRORS)
  })
  const [report] = (await once(child, 'message')) as [ChainProcessReport]
  if (report.kind === 'failed') throw new Error(report.message)
  return {
    url: report.url,
    engineUrl: `http://127.0.0.1:${enginePort}`,
    ipc: options.ipc,
    secret,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    errors: () => errors,
    memoryMiB: async () => {
      if (process.platform === 'win32') return undefined
      const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(child.pid)])
      return Math.round(Number(stdout) / 1024)
    },
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill()
      await once(child, 'exit')
    },
  }
}

const MAX_ERRORS = 100_000

/** A port that was free a moment ago: the Engine API tells only the one that it was told. */
const freePort = async (): Promise<number> => {
  const { createServer } = await import('node:net')
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
