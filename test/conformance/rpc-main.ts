/** `npm run rpc-compat -- [DIR]`: the official JSON-RPC exchanges of a folder, or of the vectors found. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { importChain, LEFT_OUT, readCases, resultSchemas, runCase } from './rpc-compat.ts'
import { demandVectors } from './vectors.ts'

/** Characters of what is wrong with one case. */
const MAX_SHOWN = 2_000

const named = process.argv[2]
if (named === '--help') {
  console.log(
    'npm run rpc-compat -- [DIR]\n\nDIR holds genesis.json, chain.rlp, openrpc.json and METHOD/*.io (ethereum/execution-apis, tests)',
  )
  process.exit(0)
}
const vectors = named === undefined ? demandVectors() : undefined
const folder = named === undefined ? vectors && join(vectors, 'rpc_compat') : resolve(named)

if (folder === undefined || !existsSync(join(folder, 'chain.rlp'))) {
  const where = folder ?? 'DEED_VECTORS or ../shared/vectors'
  console.error(
    `There are no JSON-RPC exchanges at ${where}: name a folder with genesis.json, chain.rlp, openrpc.json and METHOD/*.io`,
  )
  process.exit(2)
}

const node = await importChain(folder)
const schemas = resultSchemas(folder)
let passed = 0
let failed = 0
let leftOut = 0
for (const one of readCases(folder)) {
  const reason = LEFT_OUT[one.method]
  if (reason !== undefined) {
    leftOut++
    console.log(`left out ${one.name}: ${reason}`)
    continue
  }
  const wrong = await runCase(node, one, schemas)
  if (wrong === undefined) passed++
  else {
    failed++
    console.log(`FAILED ${one.name}: ${wrong.slice(0, MAX_SHOWN)}`)
  }
}
await node.close()
console.log(`${passed} passed, ${failed} failed, ${leftOut} left out`)
process.exitCode = failed > 0 ? 1 : 0
