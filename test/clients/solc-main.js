/**
 * The compiler of npm with the command line of the native one, as far as forge asks: `--version`, and
 * `--standard-json` from standard input to standard output. So forge compiles without fetching a compiler.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const solc = createRequire(import.meta.resolve('@deed/solidity'))('solc')
if (process.argv.includes('--version'))
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`)
else process.stdout.write(solc.compile(readFileSync(0, 'utf8')))
