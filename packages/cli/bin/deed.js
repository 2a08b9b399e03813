#!/usr/bin/env node
// The launcher runs on any Node from 20 on: it finds Node 24 (the repo's own, an npm dependency), turns on the
// compile cache, which saves 0.3 s of the 1.45 s of processor time of `deed perform`, and hands over to src/main.ts.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import nodeModule, { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const NEEDED_MAJOR = 24
const PARENT_POLL_MS = 500
const require = createRequire(import.meta.url)

// npm that is told to end (SIGTERM by a service manager, `timeout`, CI) ends its shell, which tells nobody; a launcher
// may be killed. Whoever was started by them ends too. In a person's shell it stays: nohup is to work.
if (process.env.npm_lifecycle_event || process.env.DEED_LAUNCHED) {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, PARENT_POLL_MS).unref()
}

/** The Node binary that npm installed as the dependency `node`, or undefined. */
const ownNode = () => {
  for (const folder of require.resolve.paths('node') ?? []) {
    const binary = join(folder, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    if (existsSync(binary)) return binary
  }
  return undefined
}

const reexecute = (binary) => {
  const child = spawn(binary, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, DEED_LAUNCHED: '1' },
  })
  // The child decides when to go, and this process follows it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)
  })
}

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
  const modules = dirname(dirname(require.resolve('viem/package.json')))
  nodeModule.enableCompileCache(
    existsSync(modules) ? join(modules, '.cache', 'deed') : join(tmpdir(), 'deed'),
  )
  const { main } = await import('../src/main.ts')
  process.exitCode = await main(process.argv.slice(2))
} else {
  const binary = ownNode()
  if (binary) reexecute(binary)
  else {
    console.error(
      `DEED_NODE_OLD: Deed needs Node ${NEEDED_MAJOR}, this is ${process.versions.node}. Run \`npm install\` in the repo, which brings its own.`,
    )
    process.exitCode = 1
  }
}
