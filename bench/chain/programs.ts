/** The programs that are compared, each started as its users start it, on a free port and with logging off. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ask, openConnection } from './connection.ts'

export interface Program {
  readonly name: string
  start(port: number, folder: string): ChildProcess
}

export interface Running {
  readonly name: string
  readonly port: number
  /** Milliseconds from the start of the process to the first answer. */
  readonly startMs: number
  /** Of the process that answers, in MB. */
  memory(): number
  /** Milliseconds of processor time that it has taken so far. */
  cpuMs(): number
  stop(): Promise<void>
}

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const bin = (name: string) => join(root, 'node_modules/.bin', name)
const GAS_LIMIT = 1_000_000_000

const deed = (name: string, more: object): Program => ({
  name,
  start: (port, folder) =>
    spawn(
      process.execPath,
      [
        ...(process.env.BENCH_NODE_FLAGS?.split(' ') ?? []),
        join(root, 'packages/chain/src/server/main.js'),
        JSON.stringify({
          port,
          gasLimit: String(GAS_LIMIT),
          ...Object.fromEntries(
            Object.entries(more).map(([key, value]) => [
              key,
              value === 'FOLDER' ? join(folder, 'chain') : value,
            ]),
          ),
        }),
      ],
      { stdio: 'ignore' },
    ),
})

/** Hardhat wants a project. */
const hardhatProject = (folder: string): string => {
  const project = join(folder, 'hardhat')
  mkdirSync(project, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(project, 'hardhat.config.js'),
    `export default { networks: { node: { type: 'edr-simulated', chainType: 'l1', chainId: 31337, blockGasLimit: ${GAS_LIMIT}, loggingEnabled: false } } }`,
  )
  try {
    symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'))
  } catch {}
  return project
}

export const PROGRAMS: readonly Program[] = [
  deed('deed', { folder: 'FOLDER' }),
  deed('deed --memory', {}),
  deed('deed --durable', { folder: 'FOLDER', durable: true }),
  {
    name: 'anvil',
    start: (port) =>
      spawn(bin('anvil'), ['--port', String(port), '--silent', '--gas-limit', String(GAS_LIMIT)], {
        stdio: 'ignore',
      }),
  },
  {
    name: 'hardhat',
    start: (port, folder) =>
      spawn(bin('hardhat'), ['node', '--port', String(port)], {
        cwd: hardhatProject(folder),
        stdio: 'ignore',
        env: { ...process.env, HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true', CI: 'true' },
      }),
  },
]

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

const START_TIMEOUT_MS = 60_000

/** @param folder where it keeps what it keeps; a new one if none is given. */
export const run = async (program: Program, folder?: string): Promise<Running> => {
  const own = folder ?? mkdtempSync(join(tmpdir(), 'deed-bench-'))
  const port = await freePort()
  const startedMs = performance.now()
  const child = program.start(port, own)
  for (;;) {
    try {
      const connection = await openConnection(port)
      await ask(connection, 'eth_chainId')
      connection.close()
      break
    } catch {
      if (child.exitCode !== null || performance.now() - startedMs > START_TIMEOUT_MS)
        throw new Error(`${program.name} does not start`)
      await sleep(2)
    }
  }
  const startMs = performance.now() - startedMs
  return {
    name: program.name,
    port,
    startMs,
    memory: () => memoryOf(child.pid!),
    cpuMs: () => cpuMsOf(child.pid!),
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), 3_000)
      await gone
      clearTimeout(force)
      if (folder === undefined) rmSync(own, { recursive: true, force: true })
    },
  }
}

/** Resident memory of a process and of those that it started, in MB. */
const memoryOf = (pid: number): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const own = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return (
    own + (children === '' ? 0 : children.split(' ').reduce((sum, child) => sum + memoryOf(Number(child)), 0))
  )
}

/** Processor time of a process with all of its threads; Linux counts in hundredths of a second. */
const cpuMsOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
