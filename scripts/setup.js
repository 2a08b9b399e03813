/**
 * Installs what is missing, then (with --page) builds the page. Runs before `npm start` and `npm test`.
 *
 * Plain JavaScript without dependencies, because it runs on the Node of the machine (20.20 or later) before
 * anything is installed; Node 24 is one of the things that it installs.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    'DEED_NODE_VERSION',
    `Node ${process.versions.node} is too old to set up Deed. Install Node 20.20 or later.`,
  )
}

once('node_modules/.deed-installed', ['package.json', 'package-lock.json'], 'Installing packages', () => {
  // Not `npm ci`: it refuses a lock file without the packages that other platforms would choose, and npm leaves
  // those out that its registry has not got. This too takes the versions of the lock file, and leaves it alone.
  const install = ['install', '--no-save', '--no-fund', '--no-audit', '--loglevel=error']
  run(...npm(...install))
  // npm leaves optional packages out that do not want the Node it runs on. Deed runs on the one just installed:
  // a second pass with that one adds what an older Node was refused, and has nothing to do otherwise.
  const node = join(root, 'node_modules', 'node', 'bin', 'node')
  const script = process.env.npm_execpath
  if (major < 24 && existsSync(node) && script?.endsWith('.js')) run(node, [script, ...install])
})

if (process.argv.includes('--page')) {
  const sources = [
    'package-lock.json',
    'examples',
    'packages/studio',
    'packages/agreement/src',
    'packages/platform/src/gateway',
  ]
  once('packages/studio/dist/.deed-built', sources, 'Building the page', () =>
    run(...npm('run', 'build', '--silent', '--workspace', '@deed/studio')),
  )
}

/** Does `work` unless the stamp says that it was done with exactly these sources. */
function once(stamp, sources, title, work) {
  const file = join(root, stamp)
  const now = digest(sources)
  if (existsSync(file) && readFileSync(file, 'utf8') === now) return
  process.stderr.write(`${title} (once) ...\n`)
  const startedMs = Date.now()
  work()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, now)
  process.stderr.write(`${title}: done in ${Math.round((Date.now() - startedMs) / 1000)} s\n`)
}

function digest(sources) {
  const hash = createHash('sha256')
  const add = (path) => {
    const file = join(root, path)
    if (statSync(file).isDirectory()) {
      for (const name of readdirSync(file).sort()) {
        if (name !== 'node_modules' && name !== 'dist') add(`${path}/${name}`)
      }
    } else hash.update(`${path}\0`).update(readFileSync(file)).update('\0')
  }
  for (const source of sources) add(source)
  return hash.digest('hex')
}

/** npm as it called us; on a bare `node scripts/setup.js`, the one on the path. */
function npm(...args) {
  const script = process.env.npm_execpath
  return script?.endsWith('.js') ? [process.execPath, [script, ...args]] : ['npm', args]
}

function run(command, args) {
  const shell = process.platform === 'win32' && command === 'npm'
  // Standard output stays clean: `deed perform --json` is often behind a pipe.
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell })
  if (status !== 0) {
    const reason = error ? error.message : `it ended with status ${status}`
    fail(
      'DEED_SETUP',
      `"npm ${args.filter((a) => !a.endsWith('.js')).join(' ')}" failed: ${reason}. Mend what it printed above and run the command again.`,
    )
  }
}

function fail(code, sentence) {
  process.stderr.write(`${code}: ${sentence}\n`)
  process.exit(1)
}
