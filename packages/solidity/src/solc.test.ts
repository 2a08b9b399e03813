import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type CompileOptions, compile } from './compile.ts'
import { SolidityError } from './errors.ts'

const started = vi.hoisted(() => ({ compilers: 0 }))
vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof import('node:worker_threads')>()
  class Worker extends real.Worker {
    constructor(...args: ConstructorParameters<typeof real.Worker>) {
      started.compilers++
      super(...args)
    }
  }
  return { ...real, Worker }
})

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'deed-solidity-'))
  started.compilers = 0
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** Writes files into the project. */
const project = (files: Record<string, string>) => {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
}
const run = (options: Partial<CompileOptions> = {}) => compile({ root, ...options })
const refusal = async (options: Partial<CompileOptions> = {}): Promise<SolidityError> => {
  const outcome = await run(options).catch((error) => error)
  expect(outcome).toBeInstanceOf(SolidityError)
  return outcome
}
const names = ({ artifacts }: Awaited<ReturnType<typeof compile>>) =>
  artifacts.map(({ source, name }) => `${source}:${name}`)

/** A compiler that only says its name. */
const fakeCompiler = (
  version: string,
  code = `return JSON.stringify({ contracts: {}, errors: [{ severity: 'warning', type: 'Fake', message: '${version}' }] })`,
) => ({
  [`node_modules/solc-${version}/package.json`]: JSON.stringify({ name: 'solc', version }),
  [`node_modules/solc-${version}/soljson.js`]: `module.exports = { cwrap: () => () => { ${code} } }`,
})

describe('compilers', () => {
  test('are picked by pragma, each entry with all that it imports', async () => {
    project({
      ...fakeCompiler('0.8.19'),
      ...fakeCompiler('0.7.6'),
      'New.sol': 'pragma solidity ^0.8.0; import "./Any.sol"; contract New is Any {}',
      'Old.sol': 'pragma solidity 0.8.19; import "./Any.sol";',
      'Older.sol': 'pragma solidity >=0.7.0 <0.8.0; import "./Any.sol";',
      'Any.sol': 'pragma solidity >=0.6.0; contract Any {}',
    })
    const found = await run()
    expect(found.warnings.filter(({ type }) => type === 'Fake').map(({ message }) => message)).toEqual([
      '0.8.19',
      '0.7.6',
    ])
    expect(names(found)).toEqual(['Any.sol:Any', 'New.sol:New'])
    expect(found.compilerRuns).toBe(3)
  })

  test('that are not there are asked for, and nothing is downloaded', async () => {
    project({ 'A.sol': 'pragma solidity 0.8.19;', 'B.sol': 'pragma solidity ^0.8.0; import "./A.sol";' })
    const { code, message } = await refusal()
    expect(code).toBe('DEED_SOLC_VERSION')
    expect(message).toContain('A.sol wants 0.8.19')
    expect(message).toContain('Run: npm install --save-dev solc-0.8.19@npm:solc@0.8.19')
    expect(started.compilers).toBe(0)
  })

  test('that break down are told from errors in the source', async () => {
    project({
      ...fakeCompiler('0.8.19', "throw new Error('out of memory')"),
      'A.sol': 'pragma solidity 0.8.19;',
    })
    expect(await refusal()).toMatchObject({
      code: 'DEED_SOLIDITY_CRASH',
      message: expect.stringContaining('out of memory'),
    })
  })

  test('take more than the 4.5 MB at which solc-js dies', async () => {
    const filler = `// ${'x'.repeat(97)}\n`.repeat(46_000)
    project({ 'Big.sol': `pragma solidity ^0.8.0;\n${filler}contract Big { uint public x = 7; }` })
    const [big] = (await run()).artifacts
    expect(filler.length).toBeGreaterThan(4_600_000 - 1)
    expect(big!.bytecode.object.length).toBeGreaterThan(100)
  }, 60_000)
})
