/** Keeps the house in order: who may import whom, what a browser can load, how long a file may grow. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

/** From the engine up: a package imports only packages that stand before it. */
const ORDER = ['contracts', 'evm', 'chain', 'solidity', 'agreement', 'platform', 'studio', 'cli']
/** They reach the chain by JSON-RPC, so that they work the same on any Ethereum network. */
const BY_RPC_ONLY = { packages: ['platform', 'studio'], mayNotImport: ['evm', 'chain'] }
/** Folders that a browser loads, and what in them is for Node alone. */
const BROWSER_SAFE = ['packages/evm/src', 'packages/chain/src', 'packages/agreement/src']
const NODE_ONLY = ['packages/chain/src/server', 'packages/chain/src/store/disk']
/** Packages that the chain process must not load: it starts in a blink. */
const NOT_IN_CHAIN = ['viem', 'fastify', 'ethers']
const LINES = 400
/** Files that were longer when they were last looked at. Their figure may fall, never rise; none is added. */
const RATCHET: Record<string, number> = {}

const root = resolve(import.meta.dirname, '..')
const files = execFileSync(
  'git',
  ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx', '*.js', '*.sol', '*.css'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter(Boolean)
const sources = files.filter((file) => /\.tsx?$/.test(file)).map((file) => ({ file, text: read(file) }))

function read(file: string): string {
  try {
    return readFileSync(join(root, file), 'utf8')
  } catch {
    return '' // deleted, not yet committed
  }
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g
const imports = (text: string) => [...text.matchAll(IMPORT)].map((m) => (m[1] ?? m[2])!)
const packageOf = (file: string) => /^(?:packages\/)?([a-z]+)\//.exec(file)?.[1]
const isTest = (file: string) => /\.(test|fixture)\.tsx?$|\/test\//.test(file)

describe('imports', () => {
  test('the scanner sees every way to import', () => {
    const text = `import a from 'a'\nimport type { B } from "b"\nimport {\n  c,\n} from 'c'\nexport * from 'd'\nimport 'e'\nawait import('f')`
    expect(imports(text)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  test('a package imports only packages that stand before it', () => {
    const wrong: string[] = []
    for (const { file, text } of sources) {
      if (!file.startsWith('packages/') || isTest(file)) continue
      const from = packageOf(file)!
      for (const specifier of imports(text)) {
        const to = /^@deed\/([a-z]+)/.exec(specifier)?.[1]
        if (!to || to === from) continue
        const rpcOnly = BY_RPC_ONLY.packages.includes(from) && BY_RPC_ONLY.mayNotImport.includes(to)
        if (rpcOnly || ORDER.indexOf(to) > ORDER.indexOf(from) || !ORDER.includes(to))
          wrong.push(`${file} imports ${specifier}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('a package is entered by its exports, never by a path', () => {
    const wrong: string[] = []
    for (const { file, text } of sources) {
      if (!file.startsWith('packages/') || isTest(file)) continue
      for (const specifier of imports(text)) {
        if (!specifier.startsWith('.')) continue
        const target = relative(root, resolve(root, dirname(file), specifier))
        if (packageOf(target) !== packageOf(file)) wrong.push(`${file} imports ${specifier}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('what a browser loads needs nothing of Node', () => {
    const wrong: string[] = []
    for (const { file, text } of sources) {
      const safe = BROWSER_SAFE.some((folder) => file.startsWith(`${folder}/`))
      if (!safe || isTest(file) || NODE_ONLY.some((folder) => file.startsWith(folder))) continue
      for (const specifier of imports(text))
        if (/^node:|^ws$/.test(specifier)) wrong.push(`${file} imports ${specifier}`)
      const global = /\b(Buffer|process|__dirname|require)\b\s*[.([]/.exec(withoutComments(text))
      if (global) wrong.push(`${file} uses ${global[1]}`)
    }
    expect(wrong).toEqual([])
  })

  test('the chain process stays light', () => {
    const wrong = sources
      .filter(({ file }) => /^packages\/(evm|chain)\/src\//.test(file) && !isTest(file))
      .flatMap(({ file, text }) =>
        imports(text)
          .filter((s) => NOT_IN_CHAIN.some((name) => s === name || s.startsWith(`${name}/`)))
          .map((s) => `${file} imports ${s}`),
      )
    expect(wrong).toEqual([])
  })
})

describe('the chain process', () => {
  test('loads what forks are made of only where somebody forks', () => {
    const wrong: string[] = []
    for (const { file, text } of sources) {
      if (!/^packages\/chain\/src\/(?!fork\/)/.test(file) || isTest(file)) continue
      for (const [line] of text.matchAll(
        /^(?:import|export)\s(?!type\b)[^'"]*?\sfrom\s+['"][^'"]*\/fork\/[^'"]+['"]/gm,
      ))
        wrong.push(`${file}: ${line}`)
    }
    expect(wrong).toEqual([])
  })
})

describe('length of files', () => {
  test(`no file is longer than ${LINES} lines, and those that were do not grow`, () => {
    const wrong = files.flatMap((file) => {
      // What was made of something else is as long as that is.
      if (/^(?:.*\n)?(?:\/\/|\/\*\*) Made (?:of|by) /.test(read(file))) return []
      const lines = read(file).split('\n').length - 1
      const most = RATCHET[file] ?? LINES
      return lines > most ? [`${file}: ${lines} lines, at most ${most}`] : []
    })
    expect(wrong).toEqual([])
  })

  test('the ratchet names no file that is gone or short by now', () => {
    const stale = Object.keys(RATCHET).filter(
      (file) => !files.includes(file) || read(file).split('\n').length - 1 <= LINES,
    )
    expect(stale).toEqual([])
  })
})

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g, '')
