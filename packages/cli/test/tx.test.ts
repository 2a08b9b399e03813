import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createDevNode, type DevNode, LOCAL } from '@deed/chain'
import { type RpcServer, startServer } from '@deed/chain/server'
import { type Artifact, compile } from '@deed/solidity'
import { type Abi, encodeFunctionData, type Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ROOT, runDeed } from './run-deed.ts'

const SOURCE = `// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

contract Counter {
    error TooMuch(uint256 by, uint256 most);
    event Raised(address indexed by, uint256 count);

    mapping(address => uint256) private raisedBy;
    uint256 private count;

    function raise(uint256 by) external payable {
        _check(by);
        count += by;
        raisedBy[msg.sender] += by;
        emit Raised(msg.sender, count);
    }

    function _check(uint256 by) internal pure {
        if (by > 1000) revert TooMuch(by, 1000);
    }
}
`
const scratch = mkdtempSync(join(tmpdir(), 'deed-test-tx-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

let artifact: Artifact
let node: DevNode
let server: RpcServer
let from: Hex
let counter: Hex
beforeAll(async () => {
  const { artifacts } = await compile({
    root: scratch,
    sources: { 'src/Counter.sol': SOURCE },
    cacheFolder: join(scratch, 'built'),
  })
  artifact = artifacts[0]!
  node = await createDevNode({ wallTime: () => 1_800_000_000n, genesisTime: 1_800_000_000n })
  server = await startServer({ node, principal: LOCAL, port: 0 })
  from = ((await node.request('eth_accounts')) as Hex[])[0]!
  counter = await deploy((method, params) => node.request(method, params))
})
afterAll(() => server.close())

/** The hash of a transaction that deploys. */
const deployment = async (
  request: Request = (method, params) => node.request(method, params),
): Promise<Hex> =>
  (await request('eth_sendTransaction', [{ from, data: artifact.bytecode.object, gas: '0x100000' }])) as Hex

type Request = (method: string, params: readonly unknown[]) => Promise<unknown>
const deploy = async (request: Request): Promise<Hex> => {
  const hash = await deployment(request)
  return ((await request('eth_getTransactionReceipt', [hash])) as { contractAddress: Hex }).contractAddress
}
const raise = (by: bigint) =>
  encodeFunctionData({ abi: artifact.abi as unknown as Abi, functionName: 'raise', args: [by] })
const send = async (by: bigint, more: object = {}) =>
  (await node.request('eth_sendTransaction', [
    { from, to: counter, gas: '0x30000', data: raise(by), ...more },
  ])) as Hex
const tx = (hash: string, ...options: string[]) =>
  runDeed(['tx', hash, '--rpc', server.url, '--artifacts', join(scratch, 'built'), ...options])

describe('deed tx', () => {
  it('tells what a transaction did', async () => {
    const { exit, out } = await tx(await send(5n, { value: '0xde0b6b3a7640000' }))
    expect(exit).toBe(0)
    const text = out.join('\n')
    expect(text).toMatch(
      /^Transaction 0x\w{64} succeeded\n {2}block {5}\d+, 2027-01-15 08:00:\d\d UTC\n {2}from {6}0xf39F\w+, nonce \d+\n {2}to {8}Counter 0x\w{40}\n {2}value {5}1 ETH\n {2}gas {7}[\d,]+ of 196,608\n {2}fee {7}0\.\d+ ETH at [\d.]+ gwei\n/,
    )
    expect(text).toMatch(
      /\nCalls\n {2}\[[\d,]+\] Counter\.raise\(by: 5\) \{1 ETH\}\n {2}└─ emit Raised\(by: 0xf39F\w+, count: 5\)\n/,
    )
    expect(text).toMatch(
      /\nStorage\n {2}Counter 0x\w{40}\n {4}raisedBy\[0xf39F\w+\] +0 → 5\n {4}count +0 → 5\n/,
    )
    expect(text).toMatch(/\nBalances\n(.*\n)* {2}Counter +\+1 ETH {2}→ 1 ETH\n/)
    expect(text).toMatch(/\nContracts\n {2}0x\w{40} {2}Counter {2}src\/Counter\.sol$/)
  })

  it('tells where it failed', async () => {
    const { exit, out } = await tx(await send(2000n))
    expect(exit).toBe(0)
    const line = SOURCE.split('\n').findIndex((text) => text.includes('revert TooMuch')) + 1
    expect(out.join('\n')).toContain(
      [
        'Counter reverted with TooMuch(by: 2000, most: 1000)',
        `  at Counter._check (src/Counter.sol:${line}:31)`,
        `  at Counter.raise (src/Counter.sol:12:9)`,
        '',
        `  src/Counter.sol:${line}`,
      ].join('\n'),
    )
    expect(out.join('\n')).not.toContain('Storage')
  })

  it('tells the same as one JSON object', async () => {
    const { out } = await tx(await send(7n), '--json')
    expect(out).toHaveLength(1)
    expect(JSON.parse(out[0]!)).toMatchObject({
      transaction: {
        from: expect.stringMatching(/^0xf39F/),
        valueWei: '0',
        gasLimit: 0x30000,
        feeWei: expect.stringMatching(/^\d+$/),
      },
      status: 'success',
      call: {
        contract: 'Counter',
        function: 'raise',
        signature: 'raise(uint256)',
        args: [{ name: 'by', type: 'uint256', value: '7' }],
      },
      storage: [
        {
          contract: 'Counter',
          changes: [{ variable: `raisedBy[${from}]` }, { variable: 'count', type: 'uint256' }],
        },
      ],
    })
  })

  it('leaves out what nobody wants', async () => {
    const { out } = await tx(await send(8n), '--no-storage')
    expect(out.join('\n')).not.toMatch(/Storage|Balances/)
    const told = JSON.parse((await tx(await deployment(), '--json', '--calls', '1')).out[0]!)
    expect(told).toMatchObject({
      transaction: { created: expect.stringMatching(/^0x/) },
      call: { kind: 'CREATE', contract: 'Counter' },
    })
  })

  it('finds what is built in the folder that it runs in, without being told', async () => {
    const project = join(scratch, 'project')
    mkdirSync(join(project, 'out'), { recursive: true })
    await compile({
      root: scratch,
      sources: { 'src/Counter.sol': SOURCE },
      cacheFolder: join(project, 'out/build-info'),
    })
    const hash = await send(2000n)
    const child = spawn(
      process.execPath,
      [join(ROOT, 'packages/cli/bin/deed.js'), 'tx', hash, '--rpc', server.url],
      { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    expect(await textOf(child)).toContain('at Counter._check (src/Counter.sol:')
  })
})

describe('deed tx that cannot tell', () => {
  const HASH = `0x${'12'.repeat(32)}`
  const fails = async (argv: readonly string[], exit: number, error: RegExp) => {
    const run = await runDeed(['tx', ...argv])
    expect(run.err.join('\n')).toMatch(error)
    expect(run.err).toHaveLength(1)
    expect(run.exit).toBe(exit)
  }

  it('says what is wrong with the hash', async () => {
    await fails(['0x1234'], 2, /^DEED_BAD_HASH: "0x1234" is no transaction hash/)
    await fails([HASH, '--rpc', server.url], 1, /^DEED_TX_UNKNOWN: http:\S+ has no transaction 0x1212/)
  })

  it('says that a transaction waits', async () => {
    await node.request('evm_setAutomine', [false])
    const hash = await send(1n)
    await fails([hash, '--rpc', server.url], 1, /^DEED_TX_PENDING: Transaction 0x\w+ waits in the mempool/)
    await node.request('evm_setAutomine', [true])
  })

  it('says that a node does not trace', async () => {
    const open = await startServer({ node, principal: { name: 'anybody', profile: 'public' }, port: 0 })
    onTestFinished(() => open.close())
    await fails(
      [await send(1n), '--rpc', open.url],
      1,
      /^DEED_TX_TRACE: http:\S+ does not trace the transaction: Method not found/,
    )
  })

  it('says that there is no node, or something else', async () => {
    const page = createServer((_, response) => response.end('<html>'))
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}`
    await fails(
      [HASH, '--rpc', url],
      1,
      /^DEED_RPC_URL: http:\S+ does not answer eth_getTransactionByHash in JSON/,
    )
    page.closeAllConnections()
    await new Promise((resolve) => page.close(resolve))
    await fails(
      [HASH, '--rpc', url],
      1,
      /^DEED_RPC_UNREACHABLE: There is no answer from http:\S+ \(ECONNREFUSED\)\. Is the node running there\?/,
    )
  })

  it('stops when it is told to', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      silent.closeAllConnections()
      silent.close()
    })
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const { exit, err } = await runDeed(['tx', HASH, '--rpc', url], { stop: AbortSignal.timeout(100) })
    expect([exit, err]).toEqual([1, ['DEED_STOPPED: Stopped before the end.']])
  })

  it('says what is wrong with a folder of artifacts', async () => {
    const empty = join(scratch, 'empty')
    mkdirSync(empty)
    await fails(
      [HASH, '--artifacts', join(scratch, 'nowhere')],
      1,
      /^DEED_ARTIFACTS: --artifacts \S+nowhere: there is no such folder/,
    )
    await fails(
      [HASH, '--artifacts', empty],
      1,
      /^DEED_ARTIFACTS: --artifacts \S+empty: there are no artifacts in it\./,
    )
  })
})

const textOf = async (child: ChildProcess): Promise<string> => {
  let text = ''
  for await (const piece of child.stdout!) text += piece
  return text
}

describe('deed dev', () => {
  /** Starts it beside artifacts; `seen` are the lines of its output and errors. */
  const dev = async (...options: string[]) => {
    const child = spawn(
      process.execPath,
      [
        join(ROOT, 'packages/cli/bin/deed.js'),
        'dev',
        '--memory',
        '--port',
        '0',
        '--no-platform',
        '--artifacts',
        join(scratch, 'built'),
        ...options,
      ],
      { cwd: scratch, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    const ended = new Promise((resolve) => child.once('exit', resolve))
    onTestFinished(async () => {
      child.kill('SIGTERM')
      await ended
    })
    const seen: string[] = []
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on('line', (line) => seen.push(line))
    let url = ''
    await expect
      .poll(() => (url = /http:\/\/127\.0\.0\.1:\d+/.exec(seen.join('\n'))?.[0] ?? ''), { timeout: 20_000 })
      .toMatch(/^http/)
    const ask = async (method: string, params: readonly unknown[]) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
      return (await (
        await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      ).json()) as { result?: unknown; error?: { explanation?: string } }
    }
    const to = await deploy(async (method, params) => (await ask(method, params)).result)
    return { seen, ask, to }
  }

  it('explains a call that fails in its error and in its output, without colours in a pipe', async () => {
    const { seen, ask, to } = await dev()
    const { error } = await ask('eth_call', [{ from, to, data: raise(2000n) }, 'latest'])
    const reason = 'Counter reverted with TooMuch(by: 2000, most: 1000)'
    expect(error).toMatchObject({
      code: 3,
      message: 'execution reverted',
      data: expect.stringMatching(/^0x/),
    })
    expect(error!.explanation).toMatch(`${reason}\n  at Counter._check (src/Counter.sol:19:31)`)
    await expect.poll(() => seen).toContain(reason)
    const at = seen.indexOf(reason)
    expect(seen[at - 1]).toBe('eth_call failed')
    expect(seen.slice(at).join('\n')).toContain(
      '└─ ✗ reverted with TooMuch(by: 2000, most: 1000) (src/Counter.sol:19)',
    )
  })

  it('explains a transaction that fails in JSON', async () => {
    const { seen, ask, to } = await dev('--json')
    const { result: hash } = await ask('eth_sendTransaction', [
      { from, to, data: raise(2000n), gas: '0x30000' },
    ])
    const events = () =>
      seen.flatMap((line) => (line.startsWith('{"event":"failed"') ? [JSON.parse(line)] : []))
    await expect.poll(events, { timeout: 10_000 }).toHaveLength(1)
    expect(events()[0]).toMatchObject({
      what: 'transaction',
      hash,
      block: 2,
      failure: { contract: 'Counter', code: { file: 'src/Counter.sol', line: 19 } },
    })
  })

  it('explains nothing where nobody wants it', async () => {
    const { seen, ask, to } = await dev('--no-explain')
    const { error } = await ask('eth_call', [{ from, to, data: raise(2000n) }, 'latest'])
    expect(error).toEqual({ code: 3, message: 'execution reverted', data: expect.any(String) })
    expect(seen.join('\n')).not.toContain('failed')
  })

  it('refuses a folder that is not there', async () => {
    const { err, exit } = await runDeed(['dev', '--memory', '--port', '0', '--artifacts', 'nowhere'])
    expect([exit, err[0]]).toEqual([
      1,
      expect.stringMatching(/^DEED_ARTIFACTS: --artifacts nowhere: there is no such folder/),
    ])
  })
})
