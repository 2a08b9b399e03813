import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Abi, encodeDeployData, type Hex, parseEther } from 'viem'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { callData, FIXTURE, localRpc } from '../debug.fixture.ts'
import { explain } from '../explain/explain.ts'
import { fetchTrace } from '../trace/fetch-trace.ts'
import type { Rpc } from '../trace/rpc.ts'
import { createContractIndex } from './index.ts'

const VAULT = join(FIXTURE, 'vault')
const HARDHAT = join(FIXTURE, 'hardhat/artifacts')
const FORGE = join(import.meta.dirname, '../../../../../node_modules/.bin/forge')

const scratch = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'deed-test-artifacts-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Foundry's forge with npm's solc: it asks a compiler for its version, and then for an answer in JSON. */
const forgeBuild = (project: string, ...options: string[]): void => {
  const solc = join(project, 'solc.js')
  writeFileSync(
    solc,
    `#!${process.execPath}
const solc = require(${JSON.stringify(createRequire(import.meta.url).resolve('solc'))})
if (process.argv.includes('--version')) console.log('solc\\nVersion: ' + solc.version())
else process.stdout.write(solc.compile(require('fs').readFileSync(0, 'utf8')))
`,
  )
  chmodSync(solc, 0o755)
  execFileSync(FORGE, ['build', '--offline', '--use', solc, ...options], {
    cwd: project,
    stdio: 'pipe',
    env: { ...process.env, HOME: project },
  })
}

/** A project of Foundry's, not built yet. */
const foundryProject = (): string => {
  const project = scratch()
  cpSync(join(VAULT, 'src'), join(project, 'src'), { recursive: true })
  writeFileSync(join(project, 'foundry.toml'), '[profile.default]\nsrc = "src"\nout = "out"\nlibs = []\n')
  return project
}

const readArtifact = (file: string): { abi: Abi; bytecode: Hex } => {
  const { abi, bytecode } = JSON.parse(readFileSync(file, 'utf8'))
  return { abi, bytecode: bytecode.object ?? bytecode }
}
const foundryVault = (project: string) => readArtifact(join(project, 'out/Vault.sol/Vault.json'))

let rpc: Rpc
let from: Hex
beforeAll(async () => {
  rpc = await localRpc()
  from = ((await rpc.call('eth_accounts', [])) as Hex[])[0]!
})

const send = async (transaction: object): Promise<Hex> =>
  (await rpc.call('eth_sendTransaction', [{ from, gas: '0x400000', ...transaction }])) as Hex

/** Deploys the vault and draws too much of it. */
const overdraw = async ({ abi, bytecode }: { abi: Abi; bytecode: Hex }) => {
  const deployed = await send({ data: encodeDeployData({ abi, bytecode, args: [from] }) })
  const { contractAddress: to } = (await rpc.call('eth_getTransactionReceipt', [deployed])) as {
    contractAddress: Hex
  }
  const deposit = await send({ to, value: '0xde0b6b3a7640000', data: callData(abi, 'deposit') })
  const withdraw = await send({ to, data: callData(abi, 'withdraw', [parseEther('3')]) })
  const explainWith = async (folders: readonly string[], hash: Hex) =>
    explain(await fetchTrace(rpc, hash, { storage: true }), createContractIndex(folders))
  return { to, deposit, withdraw, explainWith }
}

const lineIn = (source: string, mark: string): number =>
  readFileSync(join(VAULT, 'src', source), 'utf8')
    .split('\n')
    .findIndex((line) => line.endsWith(`: ${mark}`)) + 1

describe('artifacts of Foundry', () => {
  it('are enough as `forge build` leaves them', async () => {
    const project = foundryProject()
    forgeBuild(project)
    const { to, deposit, withdraw, explainWith } = await overdraw(foundryVault(project))
    const { failure, contracts, notes } = await explainWith([join(project, 'out')], withdraw)
    expect(notes).toEqual([])
    expect(failure).toMatchObject({
      contract: 'Vault',
      reason: {
        name: 'Overdrawn',
        args: [
          { name: 'owner', value: from },
          { name: 'missing', value: String(2n * 10n ** 18n) },
        ],
      },
      code: { file: 'src/Ledger.sol', line: lineIn('Ledger.sol', 'ledger') },
      stack: [
        { function: 'Ledger.take', at: { file: 'src/Ledger.sol' } },
        { function: 'Vault.withdraw', at: { file: 'src/Vault.sol', line: lineIn('Vault.sol', 'withdraw') } },
      ],
    })
    expect(contracts[to]).toEqual({ name: 'Vault', source: 'src/Vault.sol' })
    // forge keeps no layout unless told to: it is worked out from the sources.
    const { storage } = await explainWith([join(project, 'out')], deposit)
    expect(storage[0]!.changes.map(({ variable }) => variable)).toEqual([
      `book.balances[${from}]`,
      'book.total',
    ])
  })

  it('are known again after a build, and what was deployed before it stays known', async () => {
    const project = foundryProject()
    forgeBuild(project)
    let now = 0
    const index = createContractIndex([join(project, 'out')], { clock: () => now })
    const first = await overdraw(foundryVault(project))
    const explainNow = async (hash: Hex) => explain(await fetchTrace(rpc, hash, { storage: false }), index)
    expect((await explainNow(first.withdraw)).failure!.contract).toBe('Vault')

    const file = join(project, 'src/Vault.sol')
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(
        'contract Vault {',
        'contract Vault {\n    uint256 public added = 1;\n',
      ),
    )
    forgeBuild(project)
    const second = await overdraw(foundryVault(project))
    // A folder is not read again at once, whatever cannot be found in it.
    expect((await explainNow(second.withdraw)).failure!.contract).toBeUndefined()
    now = 2_000
    const { failure } = await explainNow(second.withdraw)
    expect(failure!.stack[1]!.at).toMatchObject({ line: lineIn('Vault.sol', 'withdraw') + 2 })
    expect((await explainNow(first.withdraw)).failure!.stack[1]!.at).toMatchObject({
      line: lineIn('Vault.sol', 'withdraw'),
    })
  })

  it('of sources that have changed since say so, and give names without lines', async () => {
    const project = foundryProject()
    forgeBuild(project)
    const { withdraw, explainWith } = await overdraw(foundryVault(project))
    writeFileSync(join(project, 'src/Ledger.sol'), '// another text\n')
    const { failure, notes } = await explainWith([join(project, 'out')], withdraw)
    expect(notes).toEqual([
      'src/Ledger.sol has changed since Vault was compiled: build it again to see lines.',
    ])
    expect(failure).toMatchObject({ contract: 'Vault', reason: { name: 'Overdrawn' } })
    expect(failure!.stack.at(-1)!.at).toMatchObject({ file: 'src/Vault.sol' })
  })

  it('with all that the compiler was asked need no sources', async () => {
    const project = foundryProject()
    forgeBuild(project, '--build-info', '--via-ir', '--optimize')
    const vault = foundryVault(project)
    rmSync(join(project, 'src'), { recursive: true })
    const { withdraw, explainWith } = await overdraw(vault)
    const { failure, notes } = await explainWith([join(project, 'out')], withdraw)
    expect(notes).toEqual([])
    expect(failure!.code).toMatchObject({ file: 'src/Ledger.sol', line: lineIn('Ledger.sol', 'ledger') })
  })
})

describe('artifacts of Hardhat', () => {
  it('are enough as `hardhat build` leaves them', async () => {
    const vault = readArtifact(join(HARDHAT, 'contracts/Vault.sol/Vault.json'))
    const { deposit, withdraw, explainWith } = await overdraw(vault)
    const { failure, notes } = await explainWith([HARDHAT], withdraw)
    expect(notes).toEqual([])
    expect(failure).toMatchObject({
      reason: { name: 'Overdrawn' },
      code: { file: 'contracts/Ledger.sol', line: lineIn('Ledger.sol', 'ledger') },
      stack: [
        { function: 'Ledger.take' },
        { function: 'Vault.withdraw', at: { file: 'contracts/Vault.sol' } },
      ],
    })
    const { storage } = await explainWith([HARDHAT], deposit)
    expect(storage[0]!.changes.map(({ variable }) => variable)).toEqual([
      `book.balances[${from}]`,
      'book.total',
    ])
  })

  it('tell of a constructor that fails', async () => {
    const { abi, bytecode } = readArtifact(join(HARDHAT, 'contracts/Vault.sol/Vault.json'))
    const hash = await send({ data: encodeDeployData({ abi, bytecode, args: [`0x${'00'.repeat(20)}`] }) })
    const trace = await fetchTrace(rpc, hash, { storage: true })
    const { failure, call } = await explain(trace, createContractIndex([HARDHAT]))
    expect(failure).toMatchObject({
      contract: 'Vault',
      reason: { message: 'no keeper' },
      code: { file: 'contracts/Vault.sol', line: lineIn('Vault.sol', 'constructor') },
      stack: [{ function: 'Vault.constructor' }],
    })
    expect(call).toMatchObject({ kind: 'CREATE', contract: 'Vault', args: [{ name: 'keeper_' }] })
  })
})

describe('an index', () => {
  it('passes over files that cannot be read, and names them', () => {
    const folder = scratch()
    mkdirSync(join(folder, 'build-info'))
    writeFileSync(join(folder, 'build-info/half.json'), '{"input": {')
    writeFileSync(join(folder, 'package.json'), '{}')
    cpSync(HARDHAT, join(folder, 'artifacts'), { recursive: true })
    const index = createContractIndex([folder, join(folder, 'nowhere')])
    expect(index.size()).toBe(2)
    expect(index.faults).toEqual([expect.stringContaining('half.json: ')])
  })

  it('reads nothing before it is asked, and parses only what may be meant', () => {
    const folder = scratch()
    const { runtime } = manyArtifacts(folder, 300)
    const index = createContractIndex([folder])
    // What is broken below its first lines is only found out by parsing it.
    const broken = join(folder, 'C7.sol/C7.json')
    writeFileSync(broken, readFileSync(broken, 'utf8').slice(0, -1))
    expect(index.byRuntime(runtime(3))!.name).toBe('C3')
    expect(index.byRuntime(runtime(299))!.name).toBe('C299')
    expect(index.byRuntime(runtime(7))).toBeUndefined()
    expect(index.byRuntime('0x6001')).toBeUndefined()
    expect(readdirSync(folder)).toHaveLength(300)
  })
})

/** Artifacts as Foundry writes them, of code that differs in size. */
const manyArtifacts = (folder: string, count: number) => {
  const runtime = (at: number) => `0x${'5b'.repeat(at + 1)}00`
  for (let at = 0; at < count; at++) {
    mkdirSync(join(folder, `C${at}.sol`))
    const code = (object: string) => ({ object, sourceMap: '', linkReferences: {} })
    const artifact = {
      abi: [],
      bytecode: code(`0x60${runtime(at).slice(2)}`),
      deployedBytecode: code(runtime(at)),
      id: 0,
    }
    writeFileSync(join(folder, `C${at}.sol/C${at}.json`), JSON.stringify(artifact))
  }
  return { runtime }
}
