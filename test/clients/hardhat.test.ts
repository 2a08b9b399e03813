/** Hardhat 3 with our URL: a project's own tests, with viem and the network helpers, run by Hardhat against our node. */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startDeed } from './deed.ts'
import { createProject } from './temporary-project.ts'

const HARDHAT = createRequire(import.meta.url)
  .resolve('hardhat')
  .replace(/index\.js$/, 'cli.js')

test('a project of Hardhat deploys, tests, moves time, takes snapshots and impersonates', {
  timeout: 120_000,
}, async () => {
  const project = createProject()
  const deed = await startDeed()
  try {
    const env = {
      ...process.env,
      DEED_URL: deed.url,
      HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true',
      NO_COLOR: '1',
    }
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [HARDHAT, 'test', 'nodejs', '--network', 'deed'],
      { cwd: project.folder, env },
    )
    expect(stdout).toMatch(/Compiled 1 Solidity file/)
    expect(stdout).toMatch(/\b6 passing/)
    expect(stdout).not.toMatch(/failing/)
    // It was this chain that it was run on.
    expect(deed.node.chain.head.block.header.number).toBeGreaterThan(30n)
  } finally {
    await deed.close()
    project.remove()
  }
})
