import { deedAbi, outlineSchema } from '@deed/agreement'
import type { Deed } from '@deed/platform'
import {
  encodeAbiParameters,
  encodeErrorResult,
  encodeEventTopics,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  pad,
  parseAbi,
  toFunctionSelector,
  toHex,
} from 'viem'
import { expect, test } from 'vitest'
import outlineJson from '../../../../examples/lease/outline.json' with { type: 'json' }
import { erc20Abi } from './abis.ts'
import { describe as describeCall, type Part, type Sent } from './call.ts'
import { actsOf, directory } from './directory.ts'
import { type LogBytes, readLog } from './log.ts'
import { revertReason } from './revert.ts'

const outline = outlineSchema.parse(outlineJson)
const [LANDLORD, TENANT, DEED, USDC, KEEPER, STRANGER] = [1, 2, 3, 4, 5, 6].map((n) =>
  pad(toHex(n), { size: 20 }),
) as [Hex, Hex, Hex, Hex, Hex, Hex]
const deed = {
  address: DEED,
  title: 'Residential lease',
  parties: [
    { name: 'Landlord', address: LANDLORD, role: 'party' },
    { name: 'Tenant', address: TENANT, role: 'party' },
  ],
  tokens: [{ name: 'USDC', address: USDC, decimals: 6 }],
  outline,
} as unknown as Deed
const known = directory([deed], [deed], { state: 'idle', address: KEEPER, actions: [] })

const send = (from: Hex, to: Hex | null, input: Hex = '0x', value = 0n): Sent => ({
  hash: '0x',
  from,
  to,
  input,
  value,
  nonce: 7,
})
const said = (tx: Sent, logs: LogBytes[] = []) =>
  describeCall(tx, known, logs)
    .parts.map((part: Part) => {
      if (typeof part === 'string') return part
      if ('address' in part) return known.names.get(part.address) ?? part.address
      return Object.values(part)[0]
    })
    .join('')

const transfer = (to: Hex, value: bigint): LogBytes => ({
  address: USDC,
  topics: encodeEventTopics({ abi: erc20Abi, eventName: 'Transfer', args: { from: TENANT, to } }) as Hex[],
  data: encodeAbiParameters([{ type: 'uint256' }], [value]),
})

test('acts of a deed are said by its words, with the amount of the call', () => {
  const input = encodeFunctionData({
    abi: parseAbi(['function paymentPay(uint128)']),
    args: [1_000_000_000n],
  })
  expect(said(send(TENANT, DEED, input))).toBe('Tenant pays 1,000.00 USDC towards arrears · 5. Payment')
})

test('an act that names no amount is said with what the deed took in', () => {
  const tx = send(TENANT, DEED, toFunctionSelector('function depositPay()'))
  expect(said(tx)).toBe('Tenant pays deposit into security · 2. Deposit')
  expect(said(tx, [transfer(STRANGER, 5n), transfer(DEED, 2_000_000_000n)])).toBe(
    'Tenant pays 2,000.00 USDC into security · 2. Deposit',
  )
})

test('an act with a document', () => {
  const abi = parseAbi(['function handoverClaim(uint128 damage, (bytes32 hash, string uri) report)'])
  const input = encodeFunctionData({ abi, args: [300_000_000n, { hash: pad('0x1'), uri: 'report.md' }] })
  expect(said(send(LANDLORD, DEED, input))).toBe('Landlord claims damage of 300.00 USDC · 9. Handover')
})

test('every act of the lease has a selector of its own', () => {
  const acts = outline.clauses.flatMap((clause) => clause.acts)
  expect(actsOf(outline).size).toBe(acts.length)
  expect(acts.length).toBeGreaterThan(8)
})

test('the keeper performs, and says which clauses', () => {
  const input = encodeFunctionData({ abi: deedAbi, functionName: 'perform', args: [32n] })
  const elapsed = (clause: number): LogBytes => ({
    address: DEED,
    topics: encodeEventTopics({ abi: deedAbi, eventName: 'Elapsed', args: { clause } }) as Hex[],
    data: encodeAbiParameters([{ type: 'uint40' }], [1]),
  })
  expect(said(send(KEEPER, DEED, input), [elapsed(3), elapsed(4)])).toBe(
    'Keeper performs what is due in Residential lease · 3. Rent, 4. Late fee',
  )
})

test('money sent on by the keeper', () => {
  const input = encodeFunctionData({ abi: deedAbi, functionName: 'withdraw', args: [LANDLORD, USDC] })
  const withdrawn: LogBytes = {
    address: DEED,
    topics: encodeEventTopics({
      abi: deedAbi,
      eventName: 'Withdrawn',
      args: { party: LANDLORD, token: USDC },
    }) as Hex[],
    data: encodeAbiParameters([{ type: 'uint256' }], [1_200_000_000n]),
  }
  expect(said(send(KEEPER, DEED, input))).toBe('Keeper sends Landlord its USDC from Residential lease')
  expect(said(send(KEEPER, DEED, input), [withdrawn])).toBe(
    'Keeper sends Landlord 1,200.00 USDC from Residential lease',
  )
})

test('tokens, transfers, deployments and what nobody knows', () => {
  const move = encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [LANDLORD, 5n] })
  expect(said(send(TENANT, USDC, move))).toBe('Tenant sends 0.000005 USDC to Landlord')
  expect(said(send(TENANT, STRANGER, move))).toBe(`Tenant sends 5 units of ${STRANGER} to Landlord`)
  const all = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [DEED, 2n ** 256n - 1n] })
  expect(said(send(TENANT, USDC, all))).toBe('Tenant allows Residential lease to take any amount')
  expect(said(send(TENANT, LANDLORD, '0x', 10n ** 17n))).toBe('Tenant sends 0.10 ETH to Landlord')
  const created = getContractAddress({ from: LANDLORD, nonce: 7n }).toLowerCase()
  expect(said(send(LANDLORD, null, '0x60'))).toBe(`Landlord deploys ${created}`)
  expect(said(send(LANDLORD, STRANGER, '0xdeadbeef00', 1n))).toBe(
    `Landlord calls 0xdeadbeef of ${STRANGER} with 0.000000000000000001 ETH`,
  )
})

test('input that only begins like a known function is shown as it is', () => {
  expect(said(send(TENANT, USDC, '0xa9059cbb01'))).toBe(`Tenant calls 0xa9059cbb of ${USDC}`)
})

test('logs are read by the interface of their contract', () => {
  expect(readLog(transfer(LANDLORD, 7_000_000n), known)).toEqual({
    name: 'Transfer',
    args: [
      { name: 'from', value: TENANT },
      { name: 'to', value: LANDLORD },
      { name: 'value', value: '7.00 USDC' },
    ],
  })
  expect(readLog({ address: DEED, topics: [pad('0x9')], data: '0x' }, known)).toBeUndefined()
})

test('reverts are explained', () => {
  const condition = encodeErrorResult({ abi: deedAbi, errorName: 'ConditionNotMet', args: [8, 1] })
  expect(revertReason(condition)).toEqual({
    error: 'ConditionNotMet(8, 1)',
    meaning: 'The condition that the text sets for this act did not hold.',
  })
  const bounds = encodeErrorResult({
    abi: deedAbi,
    errorName: 'OutOfBounds',
    args: [pad(toHex('rent'), { dir: 'right' })],
  })
  expect(revertReason(bounds).error).toBe('OutOfBounds("rent")')
  const words = encodeErrorResult({ abi: parseAbi(['error Error(string)']), args: ['too late'] })
  expect(revertReason(words)).toEqual({ error: 'too late' })
  const panic = encodeErrorResult({ abi: parseAbi(['error Panic(uint256)']), args: [17n] })
  expect(revertReason(panic)).toEqual({ error: 'Panic(17)', meaning: 'Arithmetic overflow.' })
  expect(revertReason('0x').error).toBe('It gave no reason.')
  expect(revertReason('0xdeadbeef').error).toBe('Unknown error 0xdeadbeef')
})
