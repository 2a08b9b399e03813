import { expect, it } from 'vitest'
import { METHODS } from '../rpc/methods.ts'
import { ROUTES } from './routes.ts'

/** They name a block, a transaction or a contract, and are of this chain alone all the same. */
const LOCAL: ReadonlySet<string> = new Set([
  // A block in its encoding, whose parent is here, or code that was read here.
  'debug_traceBlock',
  'debug_codeByHash',
  'testing_buildBlockV1',
  // What is to happen, not what has.
  'eth_newFilter',
  'hardhat_dropTransaction',
  'anvil_dropTransaction',
])

it('every method that asks for something that may lie before a fork has a route', () => {
  const past = /^(block|blockHash|transactionHash|parentHash|codeHash|newestBlock|filter)$/
  const wrong = Object.entries(METHODS)
    .filter(([name, { class: kind, params }]) => {
      const asks = kind !== 'engine' && params.some((param) => past.test(param.name))
      return asks && ROUTES[name] === undefined && !LOCAL.has(name)
    })
    .map(([name]) => name)
  expect(wrong).toEqual([])
})
