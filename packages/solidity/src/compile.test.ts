import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
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

const BOX = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;
/// @title A box
contract Box {
    uint128 public value;
    address public immutable owner = msg.sender;
    event Set(uint128 value);
    /// @notice Puts a value in.
    function set(uint128 v) external { value = v; emit Set(v); }
}`

describe('artifacts', () => {
  test('say all that is known of a contract', async () => {
    project({ 'Box.sol': BOX })
    const { artifacts, warnings, compilerRuns, sources } = await run()
    const [box] = artifacts
    expect(names({ artifacts, warnings, compilerRuns, sources })).toEqual(['Box.sol:Box'])
    expect(box!.compilerVersion).toMatch(/^0\.8\.\d+$/)
    expect(box!.abi.map((entry) => entry.name)).toEqual(
      expect.arrayContaining(['value', 'owner', 'Set', 'set']),
    )
    expect(box!.bytecode.object).toMatch(/^0x60[0-9a-f]+$/)
    expect(box!.bytecode.object).toContain(box!.deployedBytecode.object.slice(2, 20))
    expect(box!.bytecode.sourceMap).toMatch(/^\d+:\d+:0/)
    expect(box!.deployedBytecode.sourceMap).toMatch(/^\d+:\d+:0/)
    expect(box!.methodIdentifiers).toEqual({
      'owner()': '8da5cb5b',
      'set(uint128)': expect.any(String),
      'value()': '3fa4f245',
    })
    expect(box!.storageLayout!.storage).toMatchObject([
      { label: 'value', slot: '0', offset: 0, type: 't_uint128' },
    ])
    expect(
      Object.values(box!.deployedBytecode.immutableReferences)
        .flat()
        .every(({ length }) => length === 32),
    ).toBe(true)
    expect(Object.keys(box!.deployedBytecode.immutableReferences)).toHaveLength(1)
    expect(box!.userdoc).toMatchObject({ methods: { 'set(uint128)': { notice: 'Puts a value in.' } } })
    expect(box!.devdoc).toMatchObject({ title: 'A box' })
    expect(JSON.parse(box!.metadata).settings).toMatchObject({
      evmVersion: 'osaka',
      optimizer: { enabled: true, runs: 200 },
    })
    expect(box!.sources).toEqual({
      'Box.sol': { id: 0, keccak256: expect.stringMatching(/^0x[0-9a-f]{64}$/) },
    })
    expect(sources['Box.sol']).toEqual({ content: BOX, file: join(root, 'Box.sol') })
    expect([warnings, compilerRuns]).toEqual([[], 1])
  })

  test('name no place on this machine', async () => {
    project({ 'src/Box.sol': BOX })
    expect(JSON.stringify((await run()).artifacts)).not.toContain(root)
  })

  test('leave the places of libraries open', async () => {
    project({
      'Lib.sol':
        'pragma solidity ^0.8.0; library Lib { function f() external pure returns (uint) { return 1; } }',
      'Use.sol':
        'pragma solidity ^0.8.0; import "./Lib.sol"; contract Use { function g() external pure returns (uint) { return Lib.f(); } }',
    })
    const use = (await run()).artifacts.find(({ name }) => name === 'Use')!
    const [place] = use.bytecode.linkReferences['Lib.sol']!.Lib!
    expect(place!.length).toBe(20)
    expect(use.bytecode.object.slice(2 + 2 * place!.start).slice(0, 40)).toMatch(/^__\$[0-9a-f]{34}\$__$/)
    expect(use.deployedBytecode.linkReferences['Lib.sol']).toBeDefined()
  })

  test('follow the settings that are given', async () => {
    project({ 'Box.sol': BOX })
    const [box] = (await run({ settings: { evmVersion: 'paris', optimizer: { enabled: false } } })).artifacts
    expect(JSON.parse(box!.metadata).settings).toMatchObject({
      evmVersion: 'paris',
      optimizer: { enabled: false },
    })
  })

  test('come with warnings, shown at their line', async () => {
    project({
      'A.sol':
        'pragma solidity ^0.8.0;\ncontract A { function f(uint a) external pure returns (uint) { return 1; } }',
    })
    const { warnings } = await run()
    expect(warnings.map(({ severity }) => severity)).toContain('warning')
    expect(warnings.find(({ message }) => message.includes('Unused'))!.place).toMatchObject({
      file: 'A.sol',
      line: 2,
      column: 25,
      width: 6,
    })
  })
})

describe('the cache', () => {
  const cacheFolder = () => join(root, '.cache')
  const cached = (options: Partial<CompileOptions> = {}) => run({ cacheFolder: cacheFolder(), ...options })

  test('answers without starting a compiler', async () => {
    project({ 'Box.sol': BOX })
    const first = await cached()
    expect(started.compilers).toBe(1)
    const second = await cached()
    expect(started.compilers).toBe(1)
    expect([first.compilerRuns, second.compilerRuns]).toEqual([1, 0])
    expect(second.artifacts).toEqual(first.artifacts)
  })

  test('knows the content of every source, and the settings', async () => {
    project({
      'A.sol': 'pragma solidity ^0.8.0; import "./B.sol"; contract A is B {}',
      'B.sol': 'pragma solidity ^0.8.0; contract B {}',
    })
    await cached()
    project({ 'B.sol': 'pragma solidity ^0.8.0; contract B { uint x; }' })
    expect((await cached()).compilerRuns).toBe(1)
    expect((await cached({ settings: { evmVersion: 'paris' } })).compilerRuns).toBe(1)
    expect((await cached()).compilerRuns).toBe(0)
  })

  test('does not care where the project lies', async () => {
    project({ 'one/Box.sol': BOX })
    cpSync(join(root, 'one'), join(root, 'two'), { recursive: true })
    await cached({ root: join(root, 'one') })
    expect((await cached({ root: join(root, 'two') })).compilerRuns).toBe(0)
  })

  test('takes a damaged entry for none, and mends it', async () => {
    project({ 'Box.sol': BOX })
    const { artifacts } = await cached()
    const [entry] = readdirSync(cacheFolder())
    const file = join(cacheFolder(), entry!)
    const whole = readFileSync(file, 'utf8')
    for (const damaged of [whole.slice(0, -1), whole.replace('6080', '6081'), '', whole.replace(/./, 'g')]) {
      writeFileSync(file, damaged)
      const again = await cached()
      expect([again.compilerRuns, again.artifacts]).toEqual([1, artifacts])
    }
    expect(readFileSync(file, 'utf8')).toBe(whole)
    expect(readdirSync(cacheFolder())).toEqual([entry])
  })

  test('keeps no answer with errors', async () => {
    project({ 'A.sol': 'pragma solidity ^0.8.0; contract A { uint }' })
    await refusal({ cacheFolder: cacheFolder() })
    expect(existsSync(cacheFolder())).toBe(false)
  })
})

describe('errors of the compiler', () => {
  test('show place, line and caret, all of them', async () => {
    project({
      'src/A.sol':
        'pragma solidity ^0.8.28;\ncontract A {\n\tfunction f() public {\n\t\t/* ü€ */ uint x = true;\n\t\tmissing();\n\t}\n}\n',
    })
    const { code, message, diagnostics } = await refusal()
    expect(code).toBe('DEED_SOLIDITY')
    expect(message).toBe(`src/A.sol:5:3: error: Undeclared identifier. (DeclarationError 7576)
  \t\tmissing();
  \t\t^^^^^^^`)
    expect(diagnostics).toHaveLength(1)
    project({
      'src/A.sol':
        'pragma solidity ^0.8.28;\ncontract A {\n  function f() public {\n    /* ü€ */ uint x = true;\n    x = "a";\n  }\n}\n',
    })
    const both = await refusal()
    expect(both.diagnostics.map(({ place }) => [place!.line, place!.column, place!.width])).toEqual([
      [4, 14, 13],
      [5, 9, 3],
    ])
    expect(both.message).toContain('    /* ü€ */ uint x = true;\n               ^^^^^^^^^^^^^')
  })

  test('of syntax stand where the parser stopped', async () => {
    project({ 'A.sol': 'pragma solidity ^0.8.28;\r\ncontract A { uint256 x }\r\n' })
    expect((await refusal()).message).toBe(`A.sol:2:24: error: Expected ';' but got '}' (ParserError 2314)
  contract A { uint256 x }
                         ^`)
  })
})

describe('imports', () => {
  const LIB = 'pragma solidity ^0.8.0; contract Lib {}'

  test('lead into packages, found from the importer upwards', async () => {
    project({
      'node_modules/outer/Outer.sol':
        'pragma solidity ^0.8.0; import "inner/Inner.sol"; import "./deep/Near.sol"; contract Outer is Inner, Near {}',
      'node_modules/outer/deep/Near.sol': 'pragma solidity ^0.8.0; contract Near {}',
      'node_modules/outer/node_modules/inner/Inner.sol': 'pragma solidity ^0.8.0; contract Inner {}',
      'app/src/A.sol': 'pragma solidity ^0.8.0; import "outer/Outer.sol"; contract A is Outer {}',
    })
    expect(names(await run({ root: join(root, 'app') }))).toEqual([
      'inner/Inner.sol:Inner',
      'outer/Outer.sol:Outer',
      'outer/deep/Near.sol:Near',
      'src/A.sol:A',
    ])
  })

  test('find OpenZeppelin as this project has it', async () => {
    const { artifacts } = await compile({
      root: join(import.meta.dirname, '..'),
      sources: {
        'Token.sol':
          'pragma solidity ^0.8.28; import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol"; contract Token is ERC20("T", "T") {}',
      },
    })
    expect(artifacts.find(({ name }) => name === 'Token')!.bytecode.object.length).toBeGreaterThan(1_000)
  })

  test('obey remappings, of the file and of the options', async () => {
    project({
      'remappings.txt': '@lib/=vendor/lib/\n\n',
      'vendor/lib/Lib.sol': LIB,
      'vendor/two/Two.sol': 'pragma solidity ^0.8.0; contract Two {}',
      'node_modules/pack/Pack.sol': 'pragma solidity ^0.8.0; contract Pack {}',
      'A.sol':
        'pragma solidity ^0.8.0; import "@lib/Lib.sol"; import "@two/Two.sol"; import "@pack/Pack.sol"; contract A is Lib, Two, Pack {}',
    })
    const { artifacts } = await run({
      entries: ['A.sol'],
      remappings: ['@two/=vendor/two/', '@pack/=node_modules/pack/'],
    })
    expect(artifacts.map(({ source }) => source)).toEqual([
      'A.sol',
      'node_modules/pack/Pack.sol',
      'vendor/lib/Lib.sol',
      'vendor/two/Two.sol',
    ])
    expect((await refusal({ remappings: ['nonsense'] })).code).toBe('DEED_SOLIDITY_REMAPPING')
  })

  test('that lead nowhere are all told, with the importer and the places that were tried', async () => {
    project({
      'A.sol': 'pragma solidity ^0.8.0;\nimport "./B.sol";\nimport {X} from "pack/X.sol";\ncontract A {}',
      'B.sol': 'pragma solidity ^0.8.0;\nimport "./nowhere/C.sol";',
      'node_modules/pack/Y.sol': LIB,
    })
    const { code, message } = await refusal()
    expect(code).toBe('DEED_SOLIDITY_IMPORT')
    expect(message).toContain(
      `A.sol:3:1: error: Cannot find "pack/X.sol". Tried: ${join(root, 'pack/X.sol')}, ${join(root, 'node_modules/pack/X.sol')}`,
    )
    expect(message).toContain('  import {X} from "pack/X.sol";\n  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^')
    expect(message).toContain(
      `B.sol:2:1: error: Cannot find "./nowhere/C.sol". Tried: ${join(root, 'nowhere/C.sol')}.`,
    )
  })

  test('that lead out of the project or of a package are refused', async () => {
    project({
      'secret.sol': LIB,
      'node_modules/pack/Out.sol': 'pragma solidity ^0.8.0; import "../../secret.sol";',
      'app/A.sol': 'pragma solidity ^0.8.0; import "../secret.sol";',
      'app/B.sol': `pragma solidity ^0.8.0; import "${join(root, 'secret.sol')}";`,
      'app/C.sol': 'pragma solidity ^0.8.0; import "./link.sol";',
      'app/D.sol': 'pragma solidity ^0.8.0; import "pack/Out.sol";',
      'app/E.sol': 'pragma solidity ^0.8.0; import "pack/../../secret.sol";',
    })
    symlinkSync(join(root, 'secret.sol'), join(root, 'app/link.sol'))
    for (const entry of ['A.sol', 'B.sol', 'C.sol', 'D.sol', 'E.sol', 'link.sol', '../secret.sol']) {
      expect([entry, (await refusal({ root: join(root, 'app'), entries: [entry] })).code]).toEqual([
        entry,
        'DEED_SOLIDITY_PATH',
      ])
    }
  })

  test('in circles are no trouble', async () => {
    project({
      'A.sol': 'pragma solidity ^0.8.0; import "./B.sol"; contract A {}',
      'B.sol': 'pragma solidity ^0.8.0; import "./A.sol"; contract B {}',
    })
    expect(names(await run())).toEqual(['A.sol:A', 'B.sol:B'])
  })

  test('of one name for two files are refused', async () => {
    project({
      'node_modules/one/One.sol': 'pragma solidity ^0.8.0; import "lib/Lib.sol";',
      'node_modules/one/node_modules/lib/Lib.sol': LIB,
      'node_modules/lib/Lib.sol': LIB,
      'A.sol': 'pragma solidity ^0.8.0; import "one/One.sol"; import "lib/Lib.sol";',
    })
    expect((await refusal()).message).toContain('"lib/Lib.sol" means two files')
  })
})

describe('entries', () => {
  test('may be files of packages', async () => {
    project({ 'node_modules/pack/P.sol': 'pragma solidity ^0.8.0; contract P {}' })
    expect(names(await run({ entries: ['pack/P.sol'] }))).toEqual(['pack/P.sol:P'])
  })

  test('may be texts, which come before files', async () => {
    project({ 'A.sol': 'contract Old {}', 'B.sol': 'pragma solidity ^0.8.0; contract B {}' })
    const sources = { 'A.sol': 'pragma solidity ^0.8.0; import "./B.sol"; contract New is B {}' }
    expect(names(await run({ sources }))).toEqual(['A.sol:New', 'B.sol:B'])
  })

  test('that are not there are named', async () => {
    expect(await refusal({ entries: ['No.sol'] })).toMatchObject({
      code: 'DEED_SOLIDITY_FILE',
      message: expect.stringContaining('No.sol'),
    })
    expect((await refusal()).message).toContain('There is no Solidity file')
    expect((await refusal({ root: join(root, 'nowhere') })).message).toContain('There is no folder')
  })
})
