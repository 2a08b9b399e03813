/** Every command line that the documents show is run, so that none of them promises what does not work. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { scenarioSchema } from '@deed/agreement'
import { createDevNode, LOCAL } from '@deed/chain'
import { startServer } from '@deed/chain/server'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'

const root = join(import.meta.dirname, '..')
/** What the commands keep. They run in the order of the documents. */
const data = mkdtempSync(join(tmpdir(), 'deed-docs-'))
afterAll(() => rmSync(data, { recursive: true, force: true }))
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'examples/README.md',
  ...globSync('{docs,examples/*}/*.md', { cwd: root }).sort(),
]

/** Command lines in ```sh blocks, without their comments, each once. */
const commandLines = (markdown: string): string[] =>
  [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block]) => block!.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '')

const lines = new Set(
  documents
    .filter((file) => existsSync(join(root, file)))
    .flatMap((file) => commandLines(readFileSync(join(root, file), 'utf8'))),
)

/** Where somebody stands who types what docs/language.md shows, with the deed that it tells them to write. */
const walk = mkdtempSync(join(tmpdir(), 'deed-docs-walk-'))
const [, bicycle] = /^```deed\n([\s\S]*?)^```$/m.exec(readFileSync(join(root, 'docs/language.md'), 'utf8'))!
mkdirSync(join(walk, 'bicycle'))
writeFileSync(join(walk, 'bicycle/bicycle.deed'), bicycle!)
afterAll(() => rmSync(walk, { recursive: true, force: true }))

let walkUrl: Promise<string> | undefined
const walkChain = (): Promise<string> => {
  walkUrl ??= (async () => {
    const node = await createDevNode({ wallTime: () => BigInt(Math.floor(Date.now() / 1000)) })
    const server = await startServer({ node, principal: LOCAL, port: 0 })
    afterWalk = async () => {
      await server.close()
      await node.close()
    }
    return server.url
  })()
  return walkUrl
}
let afterWalk = async (): Promise<void> => {}
afterAll(() => afterWalk())

/** How a line is run: as it stands, or with what keeps it away from ports and hours. */
const HOW: readonly (readonly [pattern: RegExp, run: (line: string) => Promise<unknown>])[] = [
  [
    // In the order of the document, on the chain that the lines before it left.
    /^npx deed (export|import|reset)\b/,
    (line) => finishes(line.replace('chain.deed.gz', join(data, 'chain.deed.gz'))),
  ],
  [
    // They take minutes, and a short chaos is a test of its own: here, that they know the options.
    /^npm run (chaos|bench:chain)\b/,
    async (line) => {
      const help = await finishes(`npm run --silent ${/^npm run (\S+)/.exec(line)![1]} -- --help`)
      for (const [option] of line.matchAll(/--[a-z]+/g)) expect(help).toContain(option)
    },
  ],
  [/^npm test$/, async () => expect(script('test')).toContain('scripts/test.js')],
  [
    /^npm start$/,
    async (line) => {
      // Its pre-script has run before these tests; once more it could only change what they stand on.
      const { out, stop } = foreground(`${line} --ignore-scripts -- --port 0 --month-seconds 0.1`)
      await out(/Deed is ready at http:\/\/127\.0\.0\.1:\d+/)
      await out(/^ +2027-02 /)
      await stop()
    },
  ],
  [/^npx deed agreement language-server --help$/, (line) => finishes(line)],
  [
    /--fork-url|^DEED_FORK_URL=/,
    async (line) => {
      const origin = foreground('npx deed dev --memory --no-platform --port 0')
      const [, url] = await origin.out(/Deed is ready at (http:\S+)/)
      const here = line
        .replace(/https:\/\/eth\.example\.org\S*/, url!)
        .replace(/--fork-block \d+/, '--fork-block 0')
      const { out, stop } = foreground(`${here} --port 0 --no-platform --no-fork-cache`)
      await out(/fork +of chain 31337 at block 0/)
      await stop()
      await origin.stop()
    },
  ],
  [
    /^npx deed dev\b/,
    async (line) => {
      const { out, stop } = foreground(`${line} --port 0`)
      await out(/Deed is ready at/)
      await stop()
    },
  ],
  [
    /^npx deed perform .*--rpc http:\/\/127\.0\.0\.1:8545/,
    async (line) => {
      const { out, stop } = foreground('npx deed dev --port 0')
      const [, url] = await out(/Deed is ready at (http:\S+)/)
      await finishes(line.replace('http://127.0.0.1:8545', url!))
      await stop()
    },
  ],
  [
    // In the order of the document, each on what the lines before it left.
    /^npx deed agreement\b/,
    async (line) => {
      const here = line
        .replace(/ (my-lease|bicycle)(?=[/ ]|$)/g, ` ${join(walk, '$1')}`)
        .replace('start=2027-02-01', 'start=2030-12-01')
      await finishes(here.includes('--rpc') ? here.replace('http://127.0.0.1:8545', await walkChain()) : here)
    },
  ],
  [/^npx deed (perform|bench) /, (line) => finishes(line)],
  [/^npm run fuzz:evm\b/, (line) => finishes(line.replace(/--seconds \d+/, '--seconds 1'))],
  [
    // It takes minutes, and figures are not a test: here, that it knows the options.
    /^npm run bench:evm\b/,
    async (line) => {
      const help = await finishes('npm run --silent bench:evm -- --help')
      for (const [option] of line.matchAll(/--[a-z]+/g)) expect(help).toContain(option)
    },
  ],
  [/^npx deed agreement check /, (line) => finishes(line)],
  [
    // The hash is of nobody's chain: one of our own stands for it, and an installed example for artifacts.
    /^npx deed tx /,
    async (line) => {
      const { out, stop } = foreground('npx deed dev --port 0 --no-platform')
      const [, url] = await out(/Deed is ready at (http:\S+)/)
      const hash = await sendTransfer(url!)
      const own = line
        .replace(/0x\w{64}/, hash)
        .replace(/ --rpc \S+/, '')
        .replace(/ --artifacts \S+/, ' --artifacts packages/solidity/src/debug/fixture/hardhat')
      expect(await finishes(`${own} --rpc ${url}`)).toContain(hash)
      await stop()
    },
  ],
  [
    // The whole takes minutes, and a fixed sample of it is a test of its own: here, that it knows the options.
    /^npm run vectors\b/,
    async (line) => {
      const help = await finishes('npm run --silent vectors -- --help')
      for (const [option] of line.matchAll(/--[a-z]+/g)) expect(help).toContain(option)
    },
  ],
  [
    // The cases are others' data, and not in this repository.
    /^npm run traces\b/,
    async () => expect(await finishes('npm run --silent traces -- --help')).toContain('traces -- DIR'),
  ],
  [
    // A sample of it is a test of its own.
    /^npm run fuzz:rpc\b/,
    async (line) =>
      expect(await finishes(line.replace(/--requests \d+/, '--requests 200'))).toMatch(
        /^\d+ requests, 0 crashes, 0 hangs, 0 stack traces, 0 internal errors$/m,
      ),
  ],
  [
    // Each of its cases is a test of its own where the vectors are.
    /^npm run rpc-compat\b/,
    async () =>
      expect(await finishes('npm run --silent rpc-compat -- --help')).toContain('rpc-compat -- [DIR]'),
  ],
]

describe('the documents', () => {
  it('are found, and so are their command lines', () => {
    expect(commandLines('a\n```sh\nnpm test   # all\n\nnpx deed dev\n```\n```ts\nno\n```\n')).toEqual([
      'npm test',
      'npx deed dev',
    ])
    expect(lines.size).toBeGreaterThanOrEqual(5)
  })

  it.each([...lines])('%s', { timeout: 180_000 }, async (line) => {
    const how = HOW.find(([pattern]) => pattern.test(line))
    if (!how) throw new Error(`"${line}" is shown and never run. Add how to run it to test/docs.test.ts.`)
    await how[1](line)
  })
})

describe('the scenario of docs/perform.md', () => {
  it('is one that `deed perform` understands', () => {
    const [, block] = /^```json\n([\s\S]*?)^```$/m.exec(readFileSync(join(root, 'docs/perform.md'), 'utf8'))!
    expect(scenarioSchema.parse(JSON.parse(block!)).steps).toHaveLength(3)
  })
})

const script = (name: string): string =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts[name]

/** @returns the hash of a transaction that moves ether */
const sendTransfer = async (url: string): Promise<string> => {
  const ask = async (method: string, params: readonly unknown[]) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const headers = { 'content-type': 'application/json' }
    return (await (await fetch(url, { method: 'POST', headers, body })).json()).result
  }
  const [from, to] = await ask('eth_accounts', [])
  return ask('eth_sendTransaction', [{ from, to, value: '0x1' }])
}

/** In a process group of its own, as a terminal gives it one. */
const start = (line: string): ChildProcess => {
  const env = { ...process.env, DEED_DATA: data }
  const child = spawn(line, {
    cwd: root,
    env,
    shell: true,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL')
  })
  return child
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('close', (code) => resolve(code)))

/** What it prints. */
const finishes = async (line: string): Promise<string> => {
  const child = start(line)
  let output = ''
  let errors = ''
  child.stdout!.on('data', (data) => {
    output += data
  })
  child.stderr!.on('data', (data) => {
    errors += data
  })
  expect(await ended(child), errors).toBe(0)
  return output
}

/** A command that stays in the foreground until Ctrl-C. */
const foreground = (line: string) => {
  const child = start(line)
  const seen: string[] = []
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface(stream).on('line', (text) => {
      seen.push(text)
      for (const look of waiting) look()
    })
  }
  const gone = ended(child)
  return {
    /** Waits for a line of its output. */
    out: (pattern: RegExp): Promise<RegExpExecArray> =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = seen.map((text) => pattern.exec(text)).find(Boolean)
          if (!found) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        gone.then(() => reject(new Error(`"${line}" ended without ${pattern}:\n${seen.join('\n')}`)))
        look()
      }),
    /** Ctrl-C. npm itself may end with the signal; what it runs must be gone. */
    stop: async (): Promise<void> => {
      process.kill(-child.pid!, 'SIGINT')
      expect([0, 130, null]).toContain(await gone)
    },
  }
}
