/**
 * `npm test`: types, lint, dead code, then every test. All four run even if one fails.
 * With arguments it passes them to Vitest alone: `npm test -- packages/evm`.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const filters = process.argv.slice(2)
const scratch = mkdtempSync(join(tmpdir(), 'deed-test-'))
const report = join(scratch, 'report.json')
// Tools that keep something in the user's home (Vitest a token, a browser its settings) find an empty one.
const home = join(scratch, 'home')
mkdirSync(home)
const env = { ...process.env, HOME: home, LOCALAPPDATA: home }
for (const name of Object.keys(env)) if (/^XDG_\w+_HOME$/.test(name)) delete env[name]

const steps = filters.length
  ? []
  : [
      ['types', 'tsc', ['--noEmit']],
      ['lint', 'biome', ['check', '.']],
      ['dead code', 'knip', []],
    ]
steps.push([
  'tests',
  'vitest',
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters],
])

const failed = steps.filter(([title, command, args]) => {
  process.stdout.write(`\n== ${title}\n`)
  const { status } = spawnSync(join(root, 'node_modules/.bin', command), args, {
    cwd: root,
    env,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  return status !== 0
})

const { passed, bad, leftOut } = counts()
rmSync(scratch, { recursive: true, force: true })
for (const name of leftOut) process.stdout.write(`\n${name}`)
if (leftOut.length > 0) process.stdout.write('\n')
if (failed.length > 0) process.stdout.write(`\nFailed: ${failed.map(([title]) => title).join(', ')}\n`)
process.stdout.write(`\n${passed} passed, ${Math.max(bad, failed.length)} failed\n`)
process.exit(failed.length > 0 ? 1 : 0)

function counts() {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
    const names = testResults.flatMap(({ assertionResults }) =>
      assertionResults.map(({ ancestorTitles, title }) =>
        [...ancestorTitles, title].find((name) => name.includes('LEFT OUT')),
      ),
    )
    return {
      passed: numPassedTests,
      bad: numFailedTests,
      // What a machine has not got (vectors, a browser), each under a name that says so.
      leftOut: [...new Set(names)].filter(Boolean),
    }
  } catch {
    return { passed: 0, bad: 1, leftOut: [] }
  }
}
